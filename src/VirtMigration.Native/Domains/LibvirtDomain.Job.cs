using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>Its job.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>The running job; null where there is none. The destination of a migration refuses (code 84). Waits up to 30 s for a
    /// VM that something else holds.</summary>
    public JobRecord? GetJob() => GetJob(0);

    /// <summary>The last completed job, left where it is; null where there is none.</summary>
    public JobRecord? GetCompletedJob() => GetJob(Libvirt.JobStatsCompleted | Libvirt.JobStatsKeepCompleted);

    private JobRecord? GetJob(uint flags)
    {
        int type, count;
        nint array;
        _ = Check(Libvirt.virDomainGetJobStats(_handle, &type, &array, &count, flags), $"tell the job of VM {Name}");
        using TypedParameters parameters = new(array, count);
        return (JobType)type == JobType.None ? null : JobRecord.Read((JobType)type, parameters.Entries);
    }
}
