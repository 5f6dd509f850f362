namespace VirtMigration.Evacuation;

/// <summary>Who leaves a host for where, in which order, who cannot, and how long it is expected to take.</summary>
public sealed record EvacuationPlan
{
    /// <summary>The host that is to be emptied.</summary>
    public required string Host { get; init; }

    /// <summary>Its cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The moves, in their order.</summary>
    public required IReadOnlyList<PlannedMove> Moves { get; init; }

    /// <summary>The VMs that stay, with why.</summary>
    public required IReadOnlyList<UnmovableVm> Left { get; init; }

    /// <summary>How long all moves take, in a sliding window; null: that cannot be told.</summary>
    public TimeSpan? Total { get; init; }

    /// <summary>No order could be quicker; null: that cannot be told.</summary>
    public TimeSpan? AtLeast { get; init; }

    /// <summary>What the times rest on, in words.</summary>
    public required string TimeBasis { get; init; }

    /// <summary>No plan could move more VMs than this.</summary>
    public required int AtMost { get; init; }

    /// <summary>What should be known before it starts.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
