namespace VirtMigration.Ports;

/// <summary>A host's side of a migration.</summary>
public enum MigrationDirection
{
    /// <summary>The VM leaves the host.</summary>
    Outgoing,

    /// <summary>The VM comes to the host.</summary>
    Incoming,
}
