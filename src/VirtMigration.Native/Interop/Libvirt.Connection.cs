using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>libvirt's functions under their own names, a family a file. Nothing here decides or converts anything.</summary>
internal static unsafe partial class Libvirt
{
    // Naming the library here makes its resolver stand before the first import is bound.
    static Libvirt() => _ = LibvirtLibrary.TryLoad(out _);

    /// <summary>virConnectClose's answer when something else still holds the connection is positive; only -1 is a failure.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virGetVersion(CULong* libraryVersion, nint type, CULong* typeVersion);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ConnectionHandle virConnectOpen(string uri);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectIsAlive(ConnectionHandle connection);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectSetKeepAlive(ConnectionHandle connection, int interval, uint count);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectRegisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    /// <summary>Takes the bare pointer because the connection's own release calls it.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectUnregisterCloseCallback(
        nint connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);
}
