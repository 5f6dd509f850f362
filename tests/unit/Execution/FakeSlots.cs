using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Slot locks in memory, which others can hold and which can fail or hang.</summary>
internal sealed class FakeSlots : ISlotLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string?> _held = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Thrown instead of answering; null: it answers.</summary>
    public VirtMigrationException? Failure { get; set; }

    /// <summary>Holds back the answers.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>How often somebody asked.</summary>
    public int Asked { get; private set; }

    public static VirtMigrationException DiskFull { get; } = new("SlotLockUnwritable", "The slot locks in x cannot be written: No space left on device", "Make room.");

    /// <summary>Who holds a host's lock; null: nobody.</summary>
    public string? this[string host]
    {
        get
        {
            lock (_lock)
            {
                return _held.GetValueOrDefault(host);
            }
        }
    }

    /// <summary>Whether anybody holds any.</summary>
    public bool AnyHeld
    {
        get
        {
            lock (_lock)
            {
                return _held.Count > 0;
            }
        }
    }

    /// <summary>Another shell takes a host's lock.</summary>
    public void HoldFor(string host, string holder)
    {
        lock (_lock)
        {
            _held[host] = holder;
        }
    }

    public void Free(string host)
    {
        lock (_lock)
        {
            _held.Remove(host);
        }
    }

    public async Task<SlotLock> TryTakeAsync(IReadOnlyList<string> hosts, string holder, CancellationToken cancellationToken)
    {
        Asked++;
        await Gate;
        if (Failure is not null)
        {
            throw Failure;
        }

        lock (_lock)
        {
            if (hosts.FirstOrDefault(_held.ContainsKey) is string taken)
            {
                return new(null, taken, _held[taken]);
            }

            foreach (string host in hosts)
            {
                _held[host] = holder;
            }

            return new(new Held(this, hosts), null, null);
        }
    }

    private sealed class Held(FakeSlots slots, IReadOnlyList<string> hosts) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            foreach (string host in hosts)
            {
                slots.Free(host);
            }

            return ValueTask.CompletedTask;
        }
    }
}
