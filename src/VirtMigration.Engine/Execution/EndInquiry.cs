using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Asks both hosts where a VM is when its migration has ended, until what they say is final or patience ends.</summary>
/// <param name="run">The run.</param>
/// <param name="clock">The clock.</param>
internal sealed class EndInquiry(MigrationRun run, TimeProvider clock)
{
    // Long enough for a daemon to clear an aborted migration away (0.03 s in practice), short enough for a person at a prompt.
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_settleRetry = TimeSpan.FromMilliseconds(100);

    // A daemon that died or is updated is started again by systemd (libvirtd.service: Restart=on-failure) and answers within seconds,
    // later where it has many VMs to find again. Before it does nobody knows where the VM is.
    private static readonly TimeSpan s_returnPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_returnRetry = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks.</summary>
    /// <param name="end">How the hypervisor's own call ended.</param>
    /// <param name="stop">Once it is cancelled, a host that does not answer is no longer waited for.</param>
    public async Task<(VmObservation Source, VmObservation Destination, MigrationEndState State)> AskAsync(TransferEnd end, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            VmObservation[] said = await Task.WhenAll(
                run.Source.ObserveAsync(run.Plan.Uuid, CancellationToken.None),
                run.Destination.ObserveAsync(run.Plan.Uuid, CancellationToken.None));
            MigrationEndState state = EndStateClassifier.Classify(said[0], said[1], end.SaidToHaveMoved);

            // Where one host's answer is enough, the other is not waited for.
            bool silent = state == MigrationEndState.Unknown && !(said[0].Answered && said[1].Answered);
            bool settled = end.Detached || (EndStateClassifier.IsSettled(state, said[0], said[1]) && !silent);
            TimeSpan patience = silent && !stop.IsCancellationRequested ? s_returnPatience : s_settlePatience;
            if (settled || clock.GetElapsedTime(start) >= patience)
            {
                return (said[0], said[1], state);
            }

            await Task.Delay(silent ? s_returnRetry : s_settleRetry, CancellationToken.None);
        }
    }

    /// <summary>The completed counters, from whichever host still has them; null: neither.</summary>
    /// <param name="run">The run.</param>
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
