namespace VirtMigration.Ports;

/// <summary>Where it is kept whose hands migrations are in: one lease a VM. Metadata of a VM cannot be written while it migrates, so it
/// is kept here. Who holds one, and when it is free, is decided by <see cref="Execution.MigrationOwnership"/>; the store only replaces
/// one by another in one step.</summary>
public interface IMigrationLeases
{
    /// <summary>The lease of a VM as it is now.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VirtMigrationException">LeaseUnreadable or LeaseTooNew.</exception>
    Task<LeaseReading> ReadAsync(Guid vm, CancellationToken cancellationToken);

    /// <summary>Puts another lease in the place of the one that was found, if it is there unchanged
    /// (<see cref="MigrationLease.IsUnchanged"/>).</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="found">What was found; null: none, or none that can be understood.</param>
    /// <param name="next">What is to be there; null: none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was replaced; false: another one is there.</returns>
    /// <exception cref="VirtMigrationException">As <see cref="ReadAsync"/>, and LeaseLocked or LeaseUnwritable.</exception>
    Task<bool> ReplaceAsync(Guid vm, MigrationLease? found, MigrationLease? next, CancellationToken cancellationToken);
}
