namespace VirtMigration.Inventory;

/// <summary>Whether a host answers.</summary>
public enum HostState
{
    /// <summary>It answers.</summary>
    Up,

    /// <summary>It does not, and the reason says why.</summary>
    Unreachable,
}
