namespace VirtMigration.Execution;

/// <summary>How a migration ended for the one who asked for it.</summary>
public enum MigrationOutcome
{
    /// <summary>The VM moved.</summary>
    Succeeded,

    /// <summary>It did not move, or nobody can say that it did; the error tells why.</summary>
    Failed,

    /// <summary>It was aborted on request, and the VM stayed.</summary>
    Aborted,

    /// <summary>It goes on without this shell.</summary>
    Detached,
}
