using VirtMigration.Native.Interop;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>A job as libvirt's typed parameters tell it.</summary>
/// <param name="Type">Whether it runs, and how it ended.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Counters">Its counters.</param>
internal sealed record JobRecord(JobType Type, JobOperation Operation, MigrationCounters Counters)
{
    // memory_page_size came with libvirt 3.9; x86 has no other page size.
    private const long DefaultPageSize = 4096;

    /// <summary>Whether it is a migration away from the host, and still under way.</summary>
    public bool IsOutgoingMigration => Operation == JobOperation.MigrationOut && Type is JobType.Bounded or JobType.Unbounded;

    /// <summary>Whether it was a migration, either way, that succeeded.</summary>
    public bool IsCompletedMigration =>
        Operation is JobOperation.MigrationOut or JobOperation.MigrationIn && Type == JobType.Completed;

    /// <summary>Reads a job (VIR_DOMAIN_JOB_* in libvirt-domain.h). A key that is absent leaves its counter unknown.</summary>
    /// <param name="type">The job's type, which libvirt gives beside the parameters.</param>
    /// <param name="entries">The parameters.</param>
    public static JobRecord Read(JobType type, ReadOnlySpan<VirTypedParameter> entries)
    {
        JobOperation operation = JobOperation.Unknown;
        TimeSpan elapsed = default;
        TimeSpan? setup = null, downtime = null, downtimeNet = null;
        ByteSize memoryTotal = default, memoryRemaining = default, memoryProcessed = default, diskTotal = default, diskRemaining = default;
        Bandwidth? memoryRate = null;
        long dirtyPages = 0, pageSize = DefaultPageSize, iteration = 0, postCopyRequests = 0;
        int? throttle = null;
        foreach (ref readonly VirTypedParameter entry in entries)
        {
            // None of these counters can be negative.
            long value = Math.Max(0, entry.ToInt64());
            switch (entry.Name)
            {
                case var name when name.Is("operation"u8): operation = (JobOperation)value; break;
                case var name when name.Is("time_elapsed"u8): elapsed = TimeSpan.FromMilliseconds(value); break;
                case var name when name.Is("setup_time"u8): setup = TimeSpan.FromMilliseconds(value); break;
                case var name when name.Is("downtime"u8): downtime = TimeSpan.FromMilliseconds(value); break;
                case var name when name.Is("downtime_net"u8): downtimeNet = TimeSpan.FromMilliseconds(value); break;
                case var name when name.Is("memory_total"u8): memoryTotal = new(value); break;
                case var name when name.Is("memory_remaining"u8): memoryRemaining = new(value); break;
                case var name when name.Is("memory_processed"u8): memoryProcessed = new(value); break;
                case var name when name.Is("memory_bps"u8): memoryRate = Bandwidth.FromBytesPerSecond(value); break;
                case var name when name.Is("memory_dirty_rate"u8): dirtyPages = value; break;
                case var name when name.Is("memory_page_size"u8): pageSize = value; break;
                case var name when name.Is("memory_iteration"u8): iteration = value; break;
                case var name when name.Is("memory_postcopy_requests"u8): postCopyRequests = value; break;
                case var name when name.Is("disk_total"u8): diskTotal = new(value); break;
                case var name when name.Is("disk_remaining"u8): diskRemaining = new(value); break;
                case var name when name.Is("auto_converge_throttle"u8): throttle = (int)value; break;
                default: break;
            }
        }

        return new(type, operation, new MigrationCounters
        {
            Elapsed = elapsed,
            Setup = setup,
            Downtime = downtime,
            DowntimeNet = downtimeNet,
            MemoryTotal = memoryTotal,
            MemoryRemaining = memoryRemaining,
            MemoryProcessed = memoryProcessed,
            MemoryRate = memoryRate,

            // QEMU computes it only at a pass that ends more than a second after the last one; until then it says 0.
            DirtyRate = dirtyPages > 0 ? Bandwidth.FromBytesPerSecond(dirtyPages * pageSize) : null,
            DiskTotal = diskTotal,
            DiskRemaining = diskRemaining,
            Iteration = (int)iteration,
            PostCopyRequests = postCopyRequests,
            Throttle = throttle,
        });
    }
}
