using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virNetworkPtr. It lives inside one call, whose connection the caller holds.</summary>
internal sealed class NetworkHandle : SafeHandle
{
    /// <summary>Takes over a virtual network.</summary>
    /// <param name="network">The pointer, which is this handle's from now on.</param>
    public NetworkHandle(nint network)
        : base(0, ownsHandle: true) => SetHandle(network);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libvirt.virNetworkFree(handle) == 0;
}
