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

    /// <summary>VIR_DOMAIN_ABORT_JOB_POSTCOPY: the connection of a post-copy migration is given up, and the migration waits to be
    /// recovered; without it an abort in post-copy is refused.</summary>
    internal const uint AbortJobPostCopy = 1 << 0;

    /// <summary>VIR_DOMAIN_CONTROL_OK: nothing is being asked of the domain's QEMU.</summary>
    internal const uint ControlOk = 0;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainAbortJob(DomainHandle domain);

    /// <summary>Since libvirt 8.5.0.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainAbortJobFlags(DomainHandle domain, uint flags);

    /// <summary>Since libvirt 0.9.3. It asks neither QEMU nor for the domain's job.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetControlInfo(DomainHandle domain, VirDomainControlInfo* info, uint flags);
}
