using VirtMigration.Native.Events;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>Its events.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>Registers a callback for one kind of its events.</summary>
    /// <param name="eventId">The kind.</param>
    /// <param name="callback">The C function, whose type depends on the kind.</param>
    /// <param name="opaque">What the function is given; libvirt's from now on, unless this throws.</param>
    /// <returns>What to deregister by.</returns>
    public int Subscribe(int eventId, void* callback, nint opaque) => Check(
        Libvirt.virConnectDomainEventRegisterAny(_connection.Handle, _handle, eventId, callback, opaque, CallbackTarget.Free),
        $"send the events of VM {Name}");
}
