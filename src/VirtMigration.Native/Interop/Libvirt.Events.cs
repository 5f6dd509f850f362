using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>The event loop (libvirt-event.h) and domain events (libvirt-domain.h).</summary>
internal static unsafe partial class Libvirt
{
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virEventRunDefaultImpl();

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virEventAddTimeout(
        int milliseconds,
        delegate* unmanaged[Cdecl]<int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    /// <summary>The callback's type depends on the event, so it is passed as a bare pointer.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection,
        DomainHandle domain,
        int eventId,
        void* callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectDomainEventDeregisterAny(ConnectionHandle connection, int callbackId);
}
