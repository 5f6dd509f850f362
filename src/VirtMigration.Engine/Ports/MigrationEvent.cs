namespace VirtMigration.Ports;

/// <summary>Something the source said about a migration without being asked.</summary>
public abstract record MigrationEvent;
