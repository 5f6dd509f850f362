namespace VirtMigration.Placement;

/// <summary>What is known of a VM's NUMA cells and a host.</summary>
public enum NumaVerdict
{
    /// <summary>They fit, and where is said.</summary>
    Decided,

    /// <summary>It is proven that they do not fit.</summary>
    Infeasible,

    /// <summary>Neither was found: the search came to its bound, or the host does not tell what is free.</summary>
    NotDecided,
}
