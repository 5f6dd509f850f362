using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>One run as the history keeps it: who ran what by which plan, what happened, and where the VM was afterwards as both hosts
/// said. Figures that nobody told are null, never zero.</summary>
public sealed record MigrationRecord
{
    /// <summary>The version of the form that this product writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the form that it was written in.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>The run's own id; those of later runs sort after it (a UUID of version 7).</summary>
    public required Guid Id { get; init; }

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

    /// <summary>Who asked for it, as <c>alice@ops1</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The machine that the shell ran on.</summary>
    public required string Machine { get; init; }

    /// <summary>When it started, in UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When both hosts had been asked, in UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>From the first call to the last answer, as the shell saw it.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How it ended for the one who asked for it.</summary>
    public required MigrationOutcome Outcome { get; init; }

    /// <summary>Where the VM was then.</summary>
    public required MigrationEndState EndState { get; init; }

    /// <summary>The host the VM was on then; null where that was not certain.</summary>
    public string? Host { get; init; }

    /// <summary>What the source said about the VM.</summary>
    public required VmObservation OnSource { get; init; }

    /// <summary>What the destination said about the VM.</summary>
    public required VmObservation OnDestination { get; init; }

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

    /// <summary>What was to be done then; null where nothing was.</summary>
    public string? RecommendedAction { get; init; }

    /// <summary>What was noticed that did not change the outcome.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>What was done to the migration while it ran, and why.</summary>
    public required IReadOnlyList<MigrationAction> Actions { get; init; }

    /// <summary>The plan it ran by.</summary>
    public required PlanRecord Plan { get; init; }

    /// <summary>The migration over time: a sample at each new pass and at most one a second besides, the last one before the end, and
    /// the end. Of a very long run every second, fourth, eighth and so on, so that there are never more than 602.</summary>
    public required IReadOnlyList<MigrationSample> Samples { get; init; }
}
