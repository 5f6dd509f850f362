using VirtMigration.Convergence;

namespace VirtMigration.Execution;

/// <summary>What waits in a queue, for those who look or stop from other threads.</summary>
internal sealed class WaitingBoard
{
    private readonly Lock _lock = new();
    private readonly List<QueueEntry> _queued = [];

    /// <summary>Puts a VM at the end.</summary>
    public void Add(QueueEntry entry)
    {
        lock (_lock)
        {
            _queued.Add(entry);
        }
    }

    /// <summary>Takes a VM off, however it left.</summary>
    public void Remove(QueueEntry entry)
    {
        lock (_lock)
        {
            _queued.Remove(entry);
        }
    }

    /// <summary>What waits now, in its order.</summary>
    public IReadOnlyList<VmMigration> Queued()
    {
        QueueEntry[] entries;
        lock (_lock)
        {
            entries = [.. _queued.Where(entry => entry.Waits)];
        }

        return [.. entries.Select((entry, index) => Describe(entry, index + 1))];
    }

    /// <summary>Claims a VM for one who stops it.</summary>
    /// <param name="vm">The VM.</param>
    /// <returns>Whether it is not going to be started.</returns>
    public bool TryStop(Guid vm)
    {
        QueueEntry[] stopped;
        lock (_lock)
        {
            stopped = [.. _queued.Where(entry => entry.Migration.Run.Plan.Uuid == vm && entry.TryStop())];
        }

        return stopped.Length > 0;
    }

    private static VmMigration Describe(QueueEntry entry, int position)
    {
        MigrationRun run = entry.Migration.Run;
        return new()
        {
            VM = run.Plan.VM,
            Uuid = run.Plan.Uuid,
            Source = run.Plan.Source,
            Destination = run.Plan.Destination,
            Phase = MigrationPhase.Queued,
            Outlook = entry.Reason,
            QueuePosition = position,
            Policy = run.Plan.Policy,
            Controller = $"{run.Operator}, process {Environment.ProcessId}",
            Attended = true,
        };
    }
}
