namespace VirtMigration.Execution;

/// <summary>What one look at a migration's source showed.</summary>
internal enum JobLook
{
    /// <summary>The migration is under way.</summary>
    UnderWay,

    /// <summary>The source has no migration of the VM, or not the VM any more.</summary>
    NoJob,

    /// <summary>The source did not say.</summary>
    NoAnswer,
}
