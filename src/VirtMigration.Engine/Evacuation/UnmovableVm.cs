using VirtMigration.Placement;

namespace VirtMigration.Evacuation;

/// <summary>A VM that the plan of an evacuation leaves where it is, with everything that was found.</summary>
public sealed record UnmovableVm
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The stable id of why: NoDestination, NoRoom, ManualOnlySkipped, VmNotMigratable, VmOptionsUnreadable or
    /// MigrationAlreadyRunning.</summary>
    public required string ErrorId { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do about it.</summary>
    public required string RecommendedAction { get; init; }

    /// <summary>What was found about each host.</summary>
    public IReadOnlyList<DestinationReport> Hosts { get; init; } = [];

    /// <summary>In words: <c>db1: why</c>.</summary>
    public override string ToString() => $"{VM}: {Reason}";
}
