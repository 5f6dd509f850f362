namespace VirtMigration.Execution;

/// <summary>What came of asking for the slot locks of a start.</summary>
internal sealed record StartPermit
{
    /// <summary>The start's part in the locks; null: it may not start.</summary>
    public StartShare? Share { get; init; }

    /// <summary>Who keeps a lock, in words; null: nobody.</summary>
    public string? Hindrance { get; init; }

    /// <summary>What belongs into the result.</summary>
    public string? Notice { get; init; }
}
