using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virInterfacePtr. It lives inside one call, whose connection the caller holds.</summary>
internal sealed class InterfaceHandle : SafeHandle
{
    /// <summary>Takes over a network interface.</summary>
    /// <param name="networkInterface">The pointer, which is this handle's from now on.</param>
    public InterfaceHandle(nint networkInterface)
        : base(0, ownsHandle: true) => SetHandle(networkInterface);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libvirt.virInterfaceFree(handle) == 0;
}
