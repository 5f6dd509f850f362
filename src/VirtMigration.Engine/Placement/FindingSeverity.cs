namespace VirtMigration.Placement;

/// <summary>What a finding means for a destination.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>It will work, with a drawback.</summary>
    Warning,

    /// <summary>The VM cannot go there.</summary>
    Blocker,
}
