namespace VirtMigration.Convergence;

/// <summary>What a time left is estimated from. Rates are in bytes a second.</summary>
internal readonly record struct TimeLeftInput
{
    public required MigrationPhase Phase { get; init; }

    public required int Pass { get; init; }

    /// <summary>Bytes still to be sent in this pass.</summary>
    public required long Remaining { get; init; }

    /// <summary>Bytes there are to write to.</summary>
    public required long Total { get; init; }

    /// <summary>What the link carries; null: not known.</summary>
    public double? Rate { get; init; }

    /// <summary>What the guest writes; null: not known.</summary>
    public double? Dirty { get; init; }

    /// <summary>How long this pass has lasted.</summary>
    public TimeSpan InPass { get; init; }

    /// <summary>The downtime allowed; null: not known.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>Whether passes begin with as much as those before them.</summary>
    public bool Repeats { get; init; }

    public bool Stalled { get; init; }

    public bool Dropped { get; init; }
}
