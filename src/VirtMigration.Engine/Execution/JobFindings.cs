using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>What was found out about migrations that hosts show, each kept as long as its host shows it: a queue that waits does not ask
/// every second.</summary>
/// <typeparam name="T">What is found out.</typeparam>
/// <param name="clock">The clock.</param>
internal sealed class JobFindings<T>(TimeProvider clock)
    where T : class
{
    // Who waits for its turn must not wait for this.
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

    /// <summary>What is known of a migration.</summary>
    /// <param name="shown">The migration.</param>
    /// <param name="ask">Finds it out; null: nothing was found.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Null: nothing was found, or not in time.</returns>
    public async Task<T?> OfAsync(ActiveMigration shown, Func<CancellationToken, Task<T?>> ask, CancellationToken stop)
    {
        (string, Guid) key = (shown.Host, shown.Vm);
        Finding? found;
        lock (_found)
        {
            found = _found.GetValueOrDefault(key);
        }

        if (found is null || (found.What is null && clock.GetElapsedTime(found.AskedAt) >= s_askAgain))
        {
            found = new(shown, await AskAsync(ask, stop), clock.GetTimestamp());
            lock (_found)
            {
                _found[key] = found;
            }
        }

        return found.What;
    }

    private async Task<T?> AskAsync(Func<CancellationToken, Task<T?>> ask, CancellationToken stop)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await ask(enough.Token).WaitAsync(s_patience, clock, stop);
        }
        catch (Exception error) when (error is TimeoutException or HypervisorException)
        {
            return null;
        }
        finally
        {
            await enough.CancelAsync();
        }
    }

    private sealed record Finding(ActiveMigration Of, T? What, long AskedAt);
}
