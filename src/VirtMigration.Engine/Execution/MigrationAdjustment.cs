using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>What is to be changed of a running migration by hand. What is null or false stays as it is.</summary>
public sealed record MigrationAdjustment
{
    /// <summary>The downtime limit: 1 ms to 2,000 s (QEMU's bounds), in whole milliseconds.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>The most that may be sent in pre-copy: at least 1 MiB/s, rounded down to whole MiB/s.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>The most that may be sent in post-copy: at least 1 MiB/s, rounded down to whole MiB/s.</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>What QEMU may count on when it decides to switch over: a rate of at least 1 MiB/s, Link, or None, which takes it
    /// back.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>Whether the guest is to stand until the migration ends.</summary>
    public bool Suspend { get; init; }

    /// <summary>Whether it is to be switched to post-copy.</summary>
    public bool PostCopy { get; init; }
}
