using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>The slot locks that one queue holds, each from the counting of slots until libvirt shows the jobs that were started under
/// it. Starts of one queue share a host's lock: the queue counts its own.</summary>
/// <param name="slots">The locks.</param>
/// <param name="clock">The clock.</param>
internal sealed class StartLocks(ISlotLocks slots, TimeProvider clock)
{
    /// <summary>The longest that a start keeps its locks: 30 s. A job is mostly seen within a second; where the destination takes longer
    /// to make the VM's memory ready, others count what libvirt shows by then.</summary>
    public static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    /// <summary>How long one and the same holder is waited for: 90 s. Every holder that works lets go within 60 s: the last start that
    /// shares a lock joins within <see cref="LongestStart"/>.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);

    // A file on a server that hangs must not keep a migration from starting.
    private static readonly TimeSpan s_storePatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LockHolding> _holdings = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Task> _lettingGo = [];

    /// <summary>Takes the locks of a plan's hosts, or says who keeps one. It never waits for a holder.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<StartPermit> TakeAsync(QueueEntry entry, CancellationToken stop)
    {
        MigrationRun run = entry.Migration.Run;
        string[] hosts = [run.Plan.Source, run.Plan.Destination];
        await SettleAsync(stop);
        StartShare share = new(Leave, LongestStart, clock);
        string[] missing = Join(share, hosts);
        if (missing.Length == 0)
        {
            return new() { Share = share };
        }

        try
        {
            SlotLock taken = await AskAsync(missing, $"{run.Operator} is about to start {run.Plan.VM}", stop);
            if (taken.Held is IAsyncDisposable held)
            {
                entry.Barrier = null;
                Hold(share, missing, held);
                return new() { Share = share };
            }

            string host = taken.Host ?? missing[0];
            if (!IsStuck(entry, host, taken.Holder))
            {
                share.LetGo();
                return new() { Hindrance = taken.Holder is null ? $"another shell is about to start a migration on {host}" : $"{taken.Holder} on {host}" };
            }

            return Without(share, missing, $"another shell has been about to start for {DurationText.Exact(LongestWait)}: {taken.Holder ?? "who, is not known"}, on {host}");
        }
        catch (VirtMigrationException error)
        {
            return Without(share, missing, $"that could not be noted: {error.Message}");
        }
        catch
        {
            share.LetGo();
            throw;
        }
    }

    /// <summary>Waits until what was let go of is free.</summary>
    /// <param name="stop">Gives up.</param>
    public async Task SettleAsync(CancellationToken stop)
    {
        Task[] open;
        lock (_lock)
        {
            _lettingGo.RemoveAll(task => task.IsCompleted);
            open = [.. _lettingGo];
        }

        try
        {
            await Task.WhenAll(open).WaitAsync(s_storePatience, clock, stop);
        }
        catch (TimeoutException)
        {
            // Who wants them finds them taken, and waits as for any other.
        }
    }

    private static StartPermit Without(StartShare share, string[] hosts, string why) => new()
    {
        Share = share,
        Notice = $"no other shell is kept from starting migrations on {string.Join(" and ", hosts)} in the same moment, for {why}",
    };

    // Those whose lock this queue has are shared; the others are left to take.
    private string[] Join(StartShare share, string[] hosts)
    {
        lock (_lock)
        {
            HashSet<string> joined = new(StringComparer.OrdinalIgnoreCase);
            foreach (string host in hosts)
            {
                if (_holdings.TryGetValue(host, out LockHolding? holding) && clock.GetElapsedTime(holding.Since) < LongestStart)
                {
                    joined.Add(host);
                    share.Add(holding);
                }
            }

            return [.. hosts.Where(host => !joined.Contains(host)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        }
    }

    private void Hold(StartShare share, string[] hosts, IAsyncDisposable held)
    {
        lock (_lock)
        {
            LockHolding holding = new(hosts, held, clock.GetTimestamp());
            foreach (string host in hosts)
            {
                _holdings[host] = holding;
            }

            share.Add(holding);
        }
    }

    private async Task<SlotLock> AskAsync(string[] hosts, string holder, CancellationToken stop)
    {
        Task<SlotLock> asking = slots.TryTakeAsync(hosts, holder, CancellationToken.None);
        try
        {
            return await asking.WaitAsync(s_storePatience, clock, stop);
        }
        catch (TimeoutException error)
        {
            LetGoOfLate(asking);
            throw new VirtMigrationException("SlotLockUnwritable", $"The slot locks have not answered for {DurationText.Exact(s_storePatience)}.",
                "See whether the folder of the cluster file can be reached.", null, error);
        }
        catch (OperationCanceledException)
        {
            LetGoOfLate(asking);
            throw;
        }
    }

    // What is taken after nobody waits for it any more would keep the others for ever.
    private static void LetGoOfLate(Task<SlotLock> asking) => _ = asking.ContinueWith(
        static late => late.Result.Held?.DisposeAsync().AsTask() ?? Task.CompletedTask,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnRanToCompletion,
        TaskScheduler.Default);

    // By this machine's clock alone, and only as long as it is the same holder.
    private bool IsStuck(QueueEntry entry, string host, string? holder)
    {
        if (entry.Barrier is not { } barrier || barrier.Host != host || barrier.Holder != holder)
        {
            entry.Barrier = new(host, holder, clock.GetTimestamp());
            return false;
        }

        return clock.GetElapsedTime(barrier.Since) >= LongestWait;
    }

    private void Leave(LockHolding holding)
    {
        lock (_lock)
        {
            if (--holding.Starts > 0)
            {
                return;
            }

            foreach (string host in holding.Hosts.Where(host => _holdings.GetValueOrDefault(host) == holding))
            {
                _ = _holdings.Remove(host);
            }

            // Not on the thread that brings the sample.
            _lettingGo.Add(Task.Run(async () => await holding.Held.DisposeAsync()));
        }
    }
}
