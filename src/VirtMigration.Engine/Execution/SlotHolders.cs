using System.Globalization;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Says whose the migrations are that take the slots others wait for. What was found out about one is kept as long as its
/// host shows it, so that a queue that waits does not ask every second.</summary>
/// <param name="ownership">In whose hands migrations are; null: only the VMs' own records tell.</param>
/// <param name="clock">The clock; its time zone is the reader's.</param>
internal sealed class SlotHolders(MigrationOwnership? ownership, TimeProvider clock)
{
    private const string Unknown = "started by another tool";

    // It only makes a text better: the VM that waits must not wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // A host or a store that did not tell may do so later.
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string Host, Guid Vm), Finding> _found = [];

    /// <summary>Notes what a host shows now: what was found out about others there is forgotten.</summary>
    /// <param name="host">The host.</param>
    /// <param name="shown">All that it shows.</param>
    public void Note(string host, IReadOnlyList<ActiveMigration> shown)
    {
        lock (_found)
        {
            foreach (((string Host, Guid Vm) key, Finding found) in _found.Where(pair => pair.Key.Host == host).ToList())
            {
                ActiveMigration? now = shown.FirstOrDefault(one => one.Vm == key.Vm);

                // A job that is younger than it was is another one of the same VM.
                if (now is null || now.Direction != found.Of.Direction || now.Counters?.Elapsed < found.Of.Counters?.Elapsed)
                {
                    _ = _found.Remove(key);
                }
            }
        }
    }

    /// <summary>A hindrance in words, with whose each occupant is.</summary>
    /// <param name="hindrance">The hindrance.</param>
    /// <param name="run">What is hindered.</param>
    /// <param name="running">What this queue runs.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<string> DescribeAsync(SlotHindrance hindrance, MigrationRun run, IReadOnlyCollection<QueueEntry> running, CancellationToken stop) =>
        hindrance.Naming(await Task.WhenAll(hindrance.Occupants.Select(one => OfAsync(one, run, running, stop))));

    private Task<string> OfAsync(SlotOccupant occupant, MigrationRun run, IReadOnlyCollection<QueueEntry> running, CancellationToken stop)
    {
        QueueEntry? ours = running.FirstOrDefault(entry => entry.Migration.Run.Plan.Uuid == occupant.Vm);
        return ours is not null ? Task.FromResult(By(ours.Migration.Run.Operator, ours.StartedAt))
            : occupant.Shown is null ? Task.FromResult(Unknown)
            : OfAsync(occupant.Shown, run, stop);
    }

    private async Task<string> OfAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop)
    {
        (string, Guid) key = (shown.Host, shown.Vm);
        Finding? found;
        lock (_found)
        {
            found = _found.GetValueOrDefault(key);
        }

        if (found is null || (found.Words is null && clock.GetElapsedTime(found.AskedAt) >= s_askAgain))
        {
            found = new(shown, await AskAsync(shown, run, stop), clock.GetTimestamp());
            lock (_found)
            {
                _found[key] = found;
            }
        }

        return found.Words ?? Unknown;
    }

    private async Task<string?> AskAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await FindAsync(shown, run, enough.Token).WaitAsync(s_patience, clock, stop);
        }
        catch (Exception error) when (error is TimeoutException or HypervisorException)
        {
            // Who waits is told without it.
            return null;
        }
        finally
        {
            await enough.CancelAsync();
        }
    }

    // The lease says in whose hands it is now, the record who started it. A record may have been left by an earlier migration.
    private async Task<string?> FindAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop)
    {
        if (ownership is not null && await ownership.LookAsync(shown.Vm, stop) is ({ } lease, not false))
        {
            return By(lease.Operator, lease.TakenAt);
        }

        IHypervisorHost host = shown.Host.Equals(run.Plan.Source, StringComparison.OrdinalIgnoreCase) ? run.Source : run.Destination;
        string? destination = shown.Direction == MigrationDirection.Incoming ? shown.Host : null;
        return await host.GetIntentAsync(shown.Vm, stop) is { } intent && IntentRule.Fits(intent, shown.Counters, destination, clock.GetUtcNow())
            ? By(intent.Operator, intent.StartedAt)
            : null;
    }

    // In the reader's time, and with the day where it is not today's.
    private string By(string user, DateTimeOffset since)
    {
        DateTimeOffset here = TimeZoneInfo.ConvertTime(since, clock.LocalTimeZone);
        string form = here.Date == clock.GetLocalNow().Date ? "HH:mm" : "yyyy-MM-dd HH:mm";
        return $"by {user}, since {here.ToString(form, CultureInfo.InvariantCulture)}";
    }

    private sealed record Finding(ActiveMigration Of, string? Words, long AskedAt);
}
