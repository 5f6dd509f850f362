using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Everything that is known about a run when it ended.</summary>
internal sealed record RunRecord
{
    public required MigrationPlan Plan { get; init; }

    public required TransferEnd End { get; init; }

    public required MigrationEndState State { get; init; }

    public required VmObservation OnSource { get; init; }

    public required VmObservation OnDestination { get; init; }

    public required MigrationCounters? Figures { get; init; }

    public required TransferSteering Steering { get; init; }

    public required IReadOnlyList<string> Notices { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }
}
