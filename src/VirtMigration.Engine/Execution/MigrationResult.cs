using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>How one migration ended, with where the VM is as both hosts say. Figures that nobody told are null, never zero.</summary>
public sealed record MigrationResult
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it was on.</summary>
    public required string Source { get; init; }

    /// <summary>The host it was to go to.</summary>
    public required string Destination { get; init; }

    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>How it ended.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>Where the VM is.</summary>
    public required MigrationEndState EndState { get; init; }

    /// <summary>The host the VM is on now; null where that is not certain.</summary>
    public string? Host { get; init; }

    /// <summary>What the source says about the VM.</summary>
    public required VmObservation OnSource { get; init; }

    /// <summary>What the destination says about the VM.</summary>
    public required VmObservation OnDestination { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the first call to the last answer, as this shell saw it.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The time the guest stood, as libvirt saw it.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>The whole time of the migration, as libvirt saw it.</summary>
    public TimeSpan? TotalTime { get; init; }

    /// <summary>What was sent.</summary>
    public ByteSize? Sent { get; init; }

    /// <summary>The mean rate: what was sent over the whole time.</summary>
    public Bandwidth? Throughput { get; init; }

    /// <summary>The passes over memory.</summary>
    public int? Passes { get; init; }

    /// <summary>The most the vCPUs were slowed down, in percent; null: not at all.</summary>
    public int? MaxThrottle { get; init; }

    /// <summary>How many parallel connections were used; null: one plain stream.</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>Whether zero-copy was used.</summary>
    public bool ZeroCopy { get; init; }

    /// <summary>What the run showed of connections, rate and downtime, beside what was asked.</summary>
    public required IReadOnlyList<SettingMeasurement> Measured { get; init; }

    /// <summary>The stable id of the error; null where there was none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The error in words; null where there was none.</summary>
    public string? Error { get; init; }

    /// <summary>What to do now; null where nothing is to be done.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>What was done to the migration while it ran.</summary>
    public required IReadOnlyList<MigrationAction> Actions { get; init; }

    /// <summary>What was noticed that does not change the outcome.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>The plan it ran by.</summary>
    public required MigrationPlan Plan { get; init; }

    /// <summary>Where the VM is, in one sentence.</summary>
    public string Describe()
    {
        string both = $"{OnSource}; {OnDestination}";
        return EndState switch
        {
            MigrationEndState.Moved => $"VM '{VM}' is on {Destination} ({both}).",
            MigrationEndState.Stayed => $"VM '{VM}' is on {Source} ({both}).",
            MigrationEndState.InProgress => $"VM '{VM}' is still migrating from {Source} to {Destination} ({both}).",
            MigrationEndState.SplitPostCopy =>
                $"VM '{VM}' is split between {Source} and {Destination}: post-copy broke, and both halves are needed. Touch neither ({both}).",
            MigrationEndState.Nowhere => $"VM '{VM}' runs on neither {Source} nor {Destination} ({both}).",
            MigrationEndState.OnBoth => $"VM '{VM}' runs on both {Source} and {Destination}, and its disks are in danger ({both}).",
            _ => $"Where VM '{VM}' is cannot be said now ({both}).",
        };
    }
}
