using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>What was changed of a running migration by hand: what it was before, where that can be read, and what it is now. What was
/// not changed is null or false.</summary>
public sealed record AdjustedMigration
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it leaves.</summary>
    public required string Source { get; init; }

    /// <summary>The host it goes to; null: not known.</summary>
    public string? Destination { get; init; }

    /// <summary>The downtime limit before; null: it could not be read.</summary>
    public TimeSpan? MaxDowntimeBefore { get; init; }

    /// <summary>The downtime limit now.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>The most that might be sent in pre-copy before; null: it could not be read.</summary>
    public Bandwidth? BandwidthBefore { get; init; }

    /// <summary>The most that may be sent in pre-copy now.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>The most that might be sent in post-copy before; null: it could not be read.</summary>
    public Bandwidth? PostCopyBandwidthBefore { get; init; }

    /// <summary>The most that may be sent in post-copy now.</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>What QEMU counts on when it decides to switch over, now: a rate, or None where it was taken back.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>Whether the guest was paused.</summary>
    public bool Suspended { get; init; }

    /// <summary>Whether it was switched to post-copy.</summary>
    public bool PostCopy { get; init; }
}
