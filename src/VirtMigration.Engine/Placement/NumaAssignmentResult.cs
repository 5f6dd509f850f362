namespace VirtMigration.Placement;

/// <summary>Whether and how a VM's NUMA cells fit a host.</summary>
public sealed record NumaAssignmentResult
{
    /// <summary>Whether they fit. Only <see cref="NumaVerdict.Infeasible"/> is a reason to refuse the host.</summary>
    public required NumaVerdict Verdict { get; init; }

    /// <summary>Where each virtual cell goes, by id; empty unless they fit.</summary>
    public IReadOnlyList<NumaPlacement> Placements { get; init; } = [];

    /// <summary>How good that is; null unless they fit.</summary>
    public NumaCost? Cost { get; init; }

    /// <summary>Whether it is proven that nothing better exists; false where the search came to its bound with a fit in hand.</summary>
    public bool Optimal { get; init; }

    /// <summary>What is in the way; null where they fit.</summary>
    public NumaObstacle? Obstacle { get; init; }

    /// <summary>How many steps were searched.</summary>
    public long Steps { get; init; }

    /// <summary>In words.</summary>
    public override string ToString() => Obstacle is not null
        ? $"{Verdict}: {Obstacle}"
        : $"{Verdict}{(Optimal ? "" : ", the best found")}: {string.Join("; ", Placements)}";
}
