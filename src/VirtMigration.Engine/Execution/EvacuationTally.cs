using VirtMigration.Evacuation;
using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>What is known of each VM of an evacuation: who waits, who was tried where, and what became of whom. Safe for several
/// threads.</summary>
/// <param name="host">The host that is emptied.</param>
internal sealed class EvacuationTally(string host)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _vms = [];
    private TaskCompletionSource _none = Completed();

    /// <summary>Ends when no VM is waiting or under way.</summary>
    public Task NoneOutstanding
    {
        get
        {
            lock (_lock)
            {
                return _none.Task;
            }
        }
    }

    /// <summary>The VMs that are not to be planned for: their last word is said, or they are waiting or under way.</summary>
    public IReadOnlySet<Guid> Settled
    {
        get
        {
            lock (_lock)
            {
                return _vms.Where(pair => pair.Value.Result is not null).Select(pair => pair.Key).ToHashSet();
            }
        }
    }

    /// <summary>Where VMs were tried in vain.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<string>> Tried
    {
        get
        {
            lock (_lock)
            {
                return _vms.Where(pair => pair.Value.Avoid.Count > 0).ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)[.. pair.Value.Avoid]);
            }
        }
    }

    /// <summary>What became of those whose last word is said.</summary>
    public IReadOnlyList<EvacuatedVm> Results
    {
        get
        {
            lock (_lock)
            {
                return [.. _vms.Values.Where(vm => vm.Result is not null).Select(vm => vm.Result!)];
            }
        }
    }

    /// <summary>The moves that are not done, with when those under way started by the clock's timestamp.</summary>
    public IReadOnlyList<(PlannedMove Move, long? StartedAt)> Open
    {
        get
        {
            lock (_lock)
            {
                return [.. _vms.Values.Where(vm => vm.Outstanding).Select(vm => (vm.Move, vm.StartedAt))];
            }
        }
    }

    /// <summary>The moves that were done.</summary>
    public IReadOnlyList<(PlannedMove Move, TimeSpan? Took)> Done
    {
        get
        {
            lock (_lock)
            {
                return [.. _vms.Values.Where(vm => vm.Result?.Outcome == EvacuationOutcome.Moved).Select(vm => (vm.Move, vm.Result!.Duration))];
            }
        }
    }

    /// <summary>A VM is to be moved.</summary>
    /// <param name="move">Its move.</param>
    public void Begin(PlannedMove move)
    {
        lock (_lock)
        {
            if (!_vms.TryGetValue(move.Uuid, out Entry? entry))
            {
                _vms[move.Uuid] = entry = new(move);
            }

            entry.Move = move;
            entry.Outstanding = true;
            if (_none.Task.IsCompleted)
            {
                _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Its migration starts.</summary>
    /// <param name="plan">By this plan.</param>
    /// <param name="timestamp">When, by the clock's timestamp.</param>
    public void Started(MigrationPlan plan, long timestamp)
    {
        lock (_lock)
        {
            if (_vms.TryGetValue(plan.Uuid, out Entry? entry))
            {
                entry.StartedAt = timestamp;
            }
        }
    }

    /// <summary>An attempt failed.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="destination">The host; null: it came to none.</param>
    /// <param name="why">Why.</param>
    /// <returns>How many attempts there were.</returns>
    public int Failed(Guid vm, string? destination, string why)
    {
        lock (_lock)
        {
            Entry entry = _vms[vm];
            entry.StartedAt = null;
            entry.Attempts++;
            entry.Failures.Add(destination is null ? why : $"{destination}: {why}");
            if (destination is not null && !entry.Avoid.Contains(destination, StringComparer.OrdinalIgnoreCase))
            {
                entry.Avoid.Add(destination);
            }

            return entry.Attempts;
        }
    }

    /// <summary>No other host would take a VM: those where it failed may be tried again.</summary>
    /// <param name="vm">The VM.</param>
    /// <returns>Whether there were any.</returns>
    public bool Forgive(Guid vm)
    {
        lock (_lock)
        {
            bool any = _vms.TryGetValue(vm, out Entry? entry) && entry.Avoid.Count > 0;
            entry?.Avoid.Clear();
            return any;
        }
    }

    /// <summary>A VM does not wait any more, but its last word is not said: another round looks at it again.</summary>
    /// <param name="vm">The VM.</param>
    public void Postpone(Guid vm)
    {
        lock (_lock)
        {
            if (_vms.TryGetValue(vm, out Entry? entry))
            {
                End(entry);
            }
        }
    }

    /// <summary>A VM's last word.</summary>
    /// <param name="result">What became of it; its attempts are filled in.</param>
    /// <returns>The result, whole; null: its last word was said before.</returns>
    public EvacuatedVm? Settle(EvacuatedVm result)
    {
        lock (_lock)
        {
            if (!_vms.TryGetValue(result.Uuid, out Entry? entry))
            {
                _vms[result.Uuid] = entry = new(new()
                {
                    Order = 0,
                    VM = result.VM,
                    Uuid = result.Uuid,
                    Destination = result.Destination ?? host,
                    Choices = 0,
                    Memory = default,
                    Priority = Options.MigrationPriority.Medium,
                });
            }

            if (entry.Result is not null)
            {
                return null;
            }

            bool moved = result.Outcome == EvacuationOutcome.Moved;
            entry.Result = result with
            {
                Attempts = result.Attempts > 0 ? result.Attempts : entry.Attempts + (moved && result.StartedAt is not null ? 1 : 0),
                FailedAttempts = string.Join("; ", entry.Failures),
                Stopped = entry.Move.Stopped,
            };
            End(entry);
            return entry.Result;
        }
    }

    private void End(Entry entry)
    {
        entry.Outstanding = false;
        entry.StartedAt = null;
        if (!_vms.Values.Any(vm => vm.Outstanding))
        {
            _ = _none.TrySetResult();
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }

    private sealed class Entry(PlannedMove move)
    {
        public PlannedMove Move { get; set; } = move;

        public bool Outstanding { get; set; }

        public int Attempts { get; set; }

        public long? StartedAt { get; set; }

        public List<string> Failures { get; } = [];

        public List<string> Avoid { get; } = [];

        public EvacuatedVm? Result { get; set; }
    }
}
