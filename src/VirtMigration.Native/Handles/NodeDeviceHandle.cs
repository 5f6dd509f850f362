using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virNodeDevicePtr. It lives inside one call, whose connection the caller holds.</summary>
internal sealed class NodeDeviceHandle : SafeHandle
{
    /// <summary>Takes over a device.</summary>
    /// <param name="device">The pointer, which is this handle's from now on.</param>
    public NodeDeviceHandle(nint device)
        : base(0, ownsHandle: true) => SetHandle(device);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libvirt.virNodeDeviceFree(handle) == 0;
}
