using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>All domains of a host in one call (libvirt-domain.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>No filter: all domains, running or not.</summary>
    internal const uint ListAll = 0;

    /// <summary>VIR_CONNECT_LIST_DOMAINS_ACTIVE; the bulk statistics take the same filter.</summary>
    internal const uint ListActive = 1 << 0;

    /// <summary>VIR_CONNECT_LIST_DOMAINS_TRANSIENT.</summary>
    internal const uint ListTransient = 1 << 3;

    /// <summary>VIR_DOMAIN_STATS_STATE.</summary>
    internal const uint StatsState = 1 << 0;

    /// <summary>VIR_DOMAIN_STATS_BALLOON.</summary>
    internal const uint StatsBalloon = 1 << 2;

    /// <summary>VIR_DOMAIN_STATS_VCPU.</summary>
    internal const uint StatsVcpu = 1 << 3;

    /// <summary>VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT: without it one migrating or busy domain holds the whole answer up, by up
    /// to 30 s each (VIR_JOB_WAIT_TIME).</summary>
    internal const uint StatsNoWait = 1 << 29;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectGetAllDomainStats(
        ConnectionHandle connection,
        uint groups,
        VirDomainStatsRecord*** records,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial void virDomainStatsRecordListFree(VirDomainStatsRecord** records);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectListAllDomains(ConnectionHandle connection, nint** domains, uint flags);
}
