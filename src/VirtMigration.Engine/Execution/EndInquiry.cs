using System.Diagnostics;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Asks both hosts where a VM is when its migration ended, however it ended.</summary>
internal static class EndInquiry
{
    // Long enough for a daemon to clear an aborted migration away (0.03 s in practice), short enough for a person at a prompt.
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_settleRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks them. A migration that just ended may be half cleared away, so an answer that is not final is asked for again, for a
    /// while.</summary>
    public static async Task<(VmObservation Source, VmObservation Destination, MigrationEndState State)> AskBothAsync(MigrationRun run, TransferEnd end)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            VmObservation[] said = await Task.WhenAll(
                run.Source.ObserveAsync(run.Plan.Uuid, CancellationToken.None),
                run.Destination.ObserveAsync(run.Plan.Uuid, CancellationToken.None));
            MigrationEndState state = EndStateClassifier.Classify(said[0], said[1], end.SaidToHaveMoved);
            if (end.Detached || EndStateClassifier.IsSettled(state, said[0], said[1]) || Stopwatch.GetElapsedTime(start) >= s_settlePatience)
            {
                return (said[0], said[1], state);
            }

            await Task.Delay(s_settleRetry);
        }
    }

    /// <summary>The completed counters, from whichever host still has them; null: neither.</summary>
    public static async Task<MigrationCounters?> CompletedAsync(MigrationRun run)
    {
        try
        {
            return await run.Source.GetCompletedJobAsync(run.Plan.Uuid, CancellationToken.None)
                ?? await run.Destination.GetCompletedJobAsync(run.Plan.Uuid, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // The VM moved; its figures are unknown, which the result says by leaving them out.
            return null;
        }
    }
}
