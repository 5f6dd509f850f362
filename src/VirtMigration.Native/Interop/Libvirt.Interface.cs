using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>A host's network interfaces as its own configuration has them (libvirt-interface.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_CONNECT_LIST_INTERFACES_ACTIVE: those that are up.</summary>
    internal const uint ListInterfacesActive = 1 << 1;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectListAllInterfaces(ConnectionHandle connection, nint** interfaces, uint flags);

    /// <summary>Answers from the client's own copy; the caller must not free it.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virInterfaceGetName(InterfaceHandle networkInterface);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virInterfaceFree(nint networkInterface);
}
