using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>A domain's job (libvirt-domain.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_DOMAIN_JOB_STATS_COMPLETED: the last completed job instead of the running one.</summary>
    internal const uint JobStatsCompleted = 1 << 0;

    /// <summary>VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED: leave it there; reading alone erases it.</summary>
    internal const uint JobStatsKeepCompleted = 1 << 1;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetJobStats(DomainHandle domain, int* type, nint* parameters, int* count, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainAbortJob(DomainHandle domain);
}
