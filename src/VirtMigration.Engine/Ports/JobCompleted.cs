namespace VirtMigration.Ports;

/// <summary>The migration completed. After post-copy with the definition removed from the source neither host can be asked for
/// these counters any more.</summary>
/// <param name="Counters">The final counters.</param>
public sealed record JobCompleted(MigrationCounters Counters) : MigrationEvent;
