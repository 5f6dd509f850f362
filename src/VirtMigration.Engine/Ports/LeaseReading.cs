namespace VirtMigration.Ports;

/// <summary>What is kept about whose hands a migration is in.</summary>
/// <param name="Lease">The lease; null: there is none, or none that can be understood.</param>
/// <param name="Notice">Why what is kept counts as none; null: nothing was wrong.</param>
public sealed record LeaseReading(MigrationLease? Lease, string? Notice);
