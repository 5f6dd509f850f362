namespace VirtMigration.Evacuation;

/// <summary>An evacuation's plan as it is kept: what of it must still be true when it is run.</summary>
public sealed record SavedEvacuation
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who made it, as <c>alice@ops1</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The hosts that were chosen among; null: the cluster's others.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>The policy that was asked for by name; null: each VM's own.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether definitions that are shut off were to be moved too.</summary>
    public bool IncludeStopped { get; init; }

    /// <summary>The moves, in their order.</summary>
    public required IReadOnlyList<SavedMove> Moves { get; init; }

    /// <summary>The VMs that could not be moved, with why.</summary>
    public required IReadOnlyList<VmLeftOver> Left { get; init; }

    /// <summary>How long it was expected to take; null: it could not be told.</summary>
    public TimeSpan? Total { get; init; }
}
