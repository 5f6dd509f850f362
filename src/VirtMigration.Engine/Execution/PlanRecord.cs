using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A plan as the history keeps it: in a form of its own, so that a plan of an old run can be read whatever plans have become.</summary>
public sealed record PlanRecord
{
    /// <summary>The plan in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The most memory the VM could have.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The techniques by name, as <see cref="MigrationTechniques"/> names them.</summary>
    public required IReadOnlyList<string> Techniques { get; init; }

    /// <summary>The destination's libvirt URI.</summary>
    public required string DestinationUri { get; init; }

    /// <summary>Where memory was to be sent to; null: as the destination's own <c>migration_host</c> says.</summary>
    public string? MigrationUri { get; init; }

    /// <summary>The most that might be sent.</summary>
    public required Bandwidth Bandwidth { get; init; }

    /// <summary>How many parallel connections; null: one plain stream.</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>The bandwidth QEMU might count on when it decided to switch over; null: QEMU estimated it.</summary>
    public Bandwidth? SwitchoverBandwidth { get; init; }

    /// <summary>The most that might be sent once the guest ran on the destination; null: what the link carries, or no post-copy.</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>How memory was to be compressed.</summary>
    public required string Compression { get; init; }

    /// <summary>The cache of XBZRLE; null: QEMU's own.</summary>
    public ByteSize? XbzrleCache { get; init; }

    /// <summary>How much auto-converge slows the vCPUs down first, in percent; null: QEMU's own.</summary>
    public int? AutoConvergeInitial { get; init; }

    /// <summary>How much more it slows them down each time, in percent; null: QEMU's own.</summary>
    public int? AutoConvergeIncrement { get; init; }

    /// <summary>The name in the destination's certificate; null: the name that the destination is reached by.</summary>
    public string? TlsDestination { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public required TimeSpan InitialDowntime { get; init; }

    /// <summary>The steps of the schedule, as policies write them.</summary>
    public required IReadOnlyList<string> Schedule { get; init; }

    /// <summary>The deadlines, as policies write them.</summary>
    public required IReadOnlyList<string> Deadlines { get; init; }

    /// <summary>The least time between two steps of the schedule.</summary>
    public required TimeSpan StepInterval { get; init; }

    /// <summary>How many migrations might leave the source at a time, and come to the destination.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The pins on the source, in words; null where the plan left them as they were.</summary>
    public string? PinsBefore { get; init; }

    /// <summary>The pins on the destination, in words; null where the plan left them as they were.</summary>
    public string? PinsAfter { get; init; }

    /// <summary>Why pins changed, and what is less good with them.</summary>
    public required IReadOnlyList<string> PinReasons { get; init; }

    /// <summary>Why each setting was what it was.</summary>
    public required IReadOnlyList<PlanDecision> Decisions { get; init; }

    /// <summary>What was to be known before it started.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The plan in one line.</summary>
    public override string ToString() => Summary;
}
