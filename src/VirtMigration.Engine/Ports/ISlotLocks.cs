namespace VirtMigration.Ports;

/// <summary>Keeps two shells from starting migrations on one host in the same moment, each counting slots that the other is about to
/// take: it is held from the counting until libvirt shows the job. Who is counted is always what libvirt shows, so a shell that died
/// blocks nobody.</summary>
public interface ISlotLocks
{
    /// <summary>Takes the locks of some hosts, all or none, without waiting.</summary>
    /// <param name="hosts">The hosts by registered name.</param>
    /// <param name="holder">Who asks and what for, in words, for those who find them taken: <c>alice@ops2 is about to
    /// start db7</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">SlotLockUnwritable: the store fails.</exception>
    Task<SlotLock> TryTakeAsync(IReadOnlyList<string> hosts, string holder, CancellationToken cancellationToken);
}
