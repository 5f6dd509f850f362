using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>A migration at one moment.</summary>
public sealed record MigrationSample
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Where it goes to; null where that is not known (somebody else's migration).</summary>
    public string? Destination { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Where it is.</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>The pass over memory; 1 is the first.</summary>
    public required int Pass { get; init; }

    /// <summary>How much is done, 0 to 99 while it runs, 100 at the end; an estimate that never runs backwards.</summary>
    public required int Percent { get; init; }

    /// <summary>What is still to be sent in this pass.</summary>
    public required ByteSize Remaining { get; init; }

    /// <summary>All memory.</summary>
    public required ByteSize Total { get; init; }

    /// <summary>What was sent so far, memory sent again counted again.</summary>
    public required ByteSize Sent { get; init; }

    /// <summary>The rate of sending; null: not known yet.</summary>
    public Bandwidth? Rate { get; init; }

    /// <summary>The rate at which the guest writes memory; null: not known yet.</summary>
    public Bandwidth? DirtyRate { get; init; }

    /// <summary>How much the vCPUs are slowed down, in percent; null: not.</summary>
    public int? Throttle { get; init; }

    /// <summary>The downtime QEMU expects if it switched over now; null: not known.</summary>
    public TimeSpan? ExpectedDowntime { get; init; }

    /// <summary>Time since the start.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The time left at the present rates, smoothed over about 10 s, and with the downtime allowed now: an estimate. In the first
    /// pass, where what the guest writes is not known, the least it can be. Null: not known, or it will not finish at these
    /// rates.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>What the time left rests on, in words: <c>about 12 s left at 117 MiB/s</c>, or why there is none; null: it ended.</summary>
    public string? Outlook { get; init; }

    /// <summary>The next step of the schedule and when it is due; null: there is none, or nobody here runs the schedule.</summary>
    public string? NextStep { get; init; }
}
