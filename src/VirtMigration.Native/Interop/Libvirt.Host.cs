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

    /// <summary>VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE: what does not fit is an error that says why.</summary>
    internal const uint CompareCpuFailIncompatible = 1 << 0;

    /// <summary>VIR_CPU_COMPARE_INCOMPATIBLE; 1 is the same CPU, 2 one that can do more.</summary>
    internal const int CpuIncompatible = 0;

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virConnectCompareHypervisorCPU(
        ConnectionHandle connection,
        string? emulator,
        string? architecture,
        string? machine,
        string? virtualisationType,
        string cpu,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetInfo(ConnectionHandle connection, VirNodeInfo* info);

    /// <summary>Answers how many CPUs there are; the map has a bit for each, set where it is online.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeGetCPUMap(ConnectionHandle connection, byte** map, uint* online, uint flags);

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
