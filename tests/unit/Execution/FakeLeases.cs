using System.Collections.Concurrent;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Leases in memory, which can fail.</summary>
internal sealed class FakeLeases : IMigrationLeases
{
    private readonly Lock _lock = new();

    public ConcurrentDictionary<Guid, MigrationLease> Held { get; } = [];

    /// <summary>What a reading says beside the lease.</summary>
    public string? Notice { get; set; }

    /// <summary>Thrown instead of answering; null: it answers.</summary>
    public VirtMigrationException? ReadFailure { get; set; }

    public VirtMigrationException? WriteFailure { get; set; }

    /// <summary>What happens before a lease is replaced.</summary>
    public Action OnReplace { get; set; } = () => { };

    public static VirtMigrationException DiskFull { get; } = new("LeaseUnwritable", "The lease x cannot be written: No space left on device", "Make room.");

    public async Task<LeaseReading> ReadAsync(Guid vm, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return ReadFailure is null ? new(Held.GetValueOrDefault(vm), Notice) : throw ReadFailure;
    }

    public async Task<bool> ReplaceAsync(Guid vm, MigrationLease? found, MigrationLease? next, CancellationToken cancellationToken)
    {
        await Task.Yield();
        OnReplace();
        lock (_lock)
        {
            if (WriteFailure is not null)
            {
                throw WriteFailure;
            }

            MigrationLease? there = Held.GetValueOrDefault(vm);
            if (there is null ? found is not null : !there.IsUnchanged(found))
            {
                return false;
            }

            if (next is null)
            {
                Held.TryRemove(vm, out _);
            }
            else
            {
                Held[vm] = next;
            }

            return true;
        }
    }
}
