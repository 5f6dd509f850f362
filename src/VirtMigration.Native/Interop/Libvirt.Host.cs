using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>What a host says about itself (libvirt-host.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>A constant of the driver: the caller must not free it.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virConnectGetType(ConnectionHandle connection);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virConnectGetHostname(ConnectionHandle connection);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectGetLibVersion(ConnectionHandle connection, CULong* version);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectGetVersion(ConnectionHandle connection, CULong* version);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virConnectGetCapabilities(ConnectionHandle connection);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virConnectGetDomainCapabilities(
        ConnectionHandle connection,
        string? emulator,
        string? architecture,
        string? machine,
        string? virtualisationType,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetInfo(ConnectionHandle connection, VirNodeInfo* info);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetMemoryStats(
        ConnectionHandle connection,
        int cell,
        VirNodeMemoryStats* statistics,
        int* count,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetCellsFreeMemory(ConnectionHandle connection, ulong* freeMemory, int startCell, int maxCells);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetFreePages(
        ConnectionHandle connection,
        uint pageSizeCount,
        uint* pageSizes,
        int startCell,
        uint cellCount,
        ulong* counts,
        uint flags);
}
