namespace VirtMigration.Options;

/// <summary>Which VMs leave a host first when it is emptied.</summary>
public enum MigrationPriority
{
    /// <summary>After the others.</summary>
    Low = 1,

    /// <summary>The default.</summary>
    Medium = 2,

    /// <summary>Before the others.</summary>
    High = 3,
}
