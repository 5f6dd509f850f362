namespace VirtMigration.Ports;

/// <summary>The guest now runs on the destination while its memory follows.</summary>
public sealed record PostCopyStarted : MigrationEvent;
