namespace VirtMigration.Convergence;

/// <summary>What a time left rests on.</summary>
internal enum TimeLeftBasis
{
    /// <summary>No rate is known yet.</summary>
    Unknown,

    /// <summary>Nothing is sent now, or far less than usual.</summary>
    Dropped,

    /// <summary>What the guest writes is not known yet, so there may be more.</summary>
    AtLeast,

    /// <summary>Both rates are known and it finishes at them.</summary>
    Rates,

    /// <summary>It does not finish at these rates.</summary>
    Never,

    /// <summary>It was seen not to get on.</summary>
    Stalled,
}
