using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Looks at a VM in post-copy by its counters: whether its memory flows, and whether its destination's QEMU has come to hang.</summary>
/// <param name="run">The run.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostCopyVigil(MigrationRun run, TimeProvider clock)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until memory flows again.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="looked">Is given the counters each time; null: nobody looks.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Whether it flows.</returns>
    public async Task<bool> FlowsAsync(TimeSpan patience, Action<MigrationCounters>? looked, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        (long Sent, long Left, long Requests)? before = null;
        while (true)
        {
            if (await CountersAsync() is MigrationCounters counters)
            {
                looked?.Invoke(counters);
                if (before is not null && before != Of(counters))
                {
                    return true;
                }

                before = Of(counters);
            }

            if (clock.GetElapsedTime(start) >= patience)
            {
                return false;
            }

            await Task.Delay(s_poll, clock, stop);
        }
    }

    /// <summary>Watches a recovery that is under way.</summary>
    /// <param name="patience">How long the destination's daemon may wait for its QEMU while nothing flows.</param>
    /// <param name="ended">Ends the watching.</param>
    /// <returns>Whether it hangs; false: the watching ended first.</returns>
    public async Task<bool> HangsAsync(TimeSpan patience, CancellationToken ended)
    {
        long since = clock.GetTimestamp();
        (long Sent, long Left, long Requests)? before = null;
        while (!ended.IsCancellationRequested)
        {
            MigrationCounters? counters = await CountersAsync();
            if (!await IsBusyAsync() || (counters is not null && before != Of(counters)))
            {
                since = clock.GetTimestamp();
                before = counters is null ? before : Of(counters);
            }
            else if (clock.GetElapsedTime(since) >= patience)
            {
                return true;
            }

            await Task.WhenAny(Task.Delay(s_poll, clock, ended));
        }

        return false;
    }

    private static (long Sent, long Left, long Requests) Of(MigrationCounters counters) =>
        (counters.MemoryProcessed.Bytes, counters.MemoryRemaining.Bytes, counters.PostCopyRequests);

    private async Task<MigrationCounters?> CountersAsync()
    {
        try
        {
            return await run.Source.GetJobAsync(run.Plan.Uuid, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // A failed poll says nothing; the next one follows.
            return null;
        }
    }

    // A daemon that does not even say what it is doing is not known to hang.
    private async Task<bool> IsBusyAsync()
    {
        try
        {
            return await run.Destination.IsBusyAsync(run.Plan.Uuid, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            return false;
        }
    }
}
