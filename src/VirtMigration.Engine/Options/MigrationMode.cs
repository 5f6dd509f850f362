namespace VirtMigration.Options;

/// <summary>Who may migrate a VM.</summary>
public enum MigrationMode
{
    /// <summary>Anybody, automatic flows included.</summary>
    ManualAndAutomatic,

    /// <summary>A person who asks for it; maintenance that a person asked for takes it along.</summary>
    ManualOnly,

    /// <summary>Nobody.</summary>
    NotMigratable,
}
