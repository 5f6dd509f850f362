using VirtMigration.Units;

namespace VirtMigration.Ports;

/// <summary>A migration's counters as libvirt's job statistics give them (virDomainGetJobStats). What libvirt did not state is null,
/// never zero.</summary>
public sealed record MigrationCounters
{
    /// <summary>Time since the job began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Preparation before memory was sent.</summary>
    public TimeSpan? Setup { get; init; }

    /// <summary>While it runs: the downtime QEMU expects. Completed: the time the guest stood, as libvirt saw it.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Completed only: the downtime without handing control over; needs the hosts' clocks to agree.</summary>
    public TimeSpan? DowntimeNet { get; init; }

    /// <summary>Guest memory in all.</summary>
    public ByteSize MemoryTotal { get; init; }

    /// <summary>What of it is still to be sent in this pass.</summary>
    public ByteSize MemoryRemaining { get; init; }

    /// <summary>All that was sent since the start, pages sent again counted again.</summary>
    public ByteSize MemoryProcessed { get; init; }

    /// <summary>The rate memory is sent at.</summary>
    public Bandwidth? MemoryRate { get; init; }

    /// <summary>The rate memory is written at by the guest; QEMU updates it at most once a second, so a short run never has it.</summary>
    public Bandwidth? DirtyRate { get; init; }

    /// <summary>Disk data in all, where disks are copied.</summary>
    public ByteSize DiskTotal { get; init; }

    /// <summary>Disk data still to be sent.</summary>
    public ByteSize DiskRemaining { get; init; }

    /// <summary>The pass over memory: 1 is the first; 0 before it.</summary>
    public int Iteration { get; init; }

    /// <summary>Pages the destination asked for in post-copy.</summary>
    public long PostCopyRequests { get; init; }

    /// <summary>How much the vCPUs are slowed down, in percent; null: not.</summary>
    public int? Throttle { get; init; }
}
