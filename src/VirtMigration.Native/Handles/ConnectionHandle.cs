using System.Runtime.InteropServices;
using VirtMigration.Native.Events;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virConnectPtr. May be used by several threads at once.</summary>
internal sealed class ConnectionHandle : SafeHandle
{
    /// <summary>For the marshaller.</summary>
    public ConnectionHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // The close callback holds a reference of its own: without this the connection would never close.
        CloseWatch.Unregister(handle);
        return Libvirt.virConnectClose(handle) >= 0;
    }
}
