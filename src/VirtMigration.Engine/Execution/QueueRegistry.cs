namespace VirtMigration.Execution;

/// <summary>The queues of this process, of all its commands and runspaces, so that one command can see and stop what waits in
/// another's. Thread-safe.</summary>
public sealed class QueueRegistry
{
    private readonly Lock _lock = new();
    private readonly List<MigrationQueue> _queues = [];

    /// <summary>Adds a queue, until it has ended.</summary>
    /// <param name="queue">The queue.</param>
    public void Add(MigrationQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        lock (_lock)
        {
            _queues.Add(queue);
        }

        _ = queue.Completion.ContinueWith(
            _ => Remove(queue), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>What waits now: queue by queue, each in its order.</summary>
    public IReadOnlyList<VmMigration> Queued() => [.. Queues().SelectMany(queue => queue.Queued())];

    /// <summary>A VM that waits; null: it waits in no queue of this process.</summary>
    /// <param name="vm">The VM.</param>
    public VmMigration? Find(Guid vm) => Queued().FirstOrDefault(one => one.Uuid == vm);

    /// <summary>Takes a VM out of the queues it waits in.</summary>
    /// <param name="vm">The VM.</param>
    /// <returns>Whether it is not going to be started; false: it waits in none, or was started in this moment.</returns>
    public bool TryStop(Guid vm)
    {
        MigrationQueue[] stopped = [.. Queues().Where(queue => queue.TryStop(vm))];
        return stopped.Length > 0;
    }

    private MigrationQueue[] Queues()
    {
        lock (_lock)
        {
            return [.. _queues];
        }
    }

    private void Remove(MigrationQueue queue)
    {
        lock (_lock)
        {
            _ = _queues.Remove(queue);
        }
    }
}
