using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Runs one plan: prepares the VM, hands the transfer to the hypervisor, watches it, and asks both hosts where the VM is
/// when it ended, however it ended.</summary>
/// <param name="clock">The clock.</param>
/// <param name="history">Where each run that was started is recorded; null: nowhere.</param>
public sealed class MigrationRunner(TimeProvider clock, IMigrationHistory? history = null)
{
    // Recording takes milliseconds; a disk or a server that hangs must not keep the result from its operator.
    private static readonly TimeSpan s_recordPatience = TimeSpan.FromSeconds(5);

    /// <summary>Runs a plan. It returns a result for every migration that was started; an exception means that nothing was touched.</summary>
    /// <param name="run">The plan, the hosts and who asked.</param>
    /// <param name="progress">Takes samples, on whatever thread; null: nobody looks.</param>
    /// <param name="stop">Aborts in pre-copy, detaches in post-copy.</param>
    /// <exception cref="VirtMigrationException">The VM could not be prepared, and is as it was; or MigrationAlreadyRunning: somebody else
    /// migrates it, and nothing was done to that.</exception>
    public async Task<MigrationResult> RunAsync(MigrationRun run, IProgress<MigrationSample>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(run);
        DateTimeOffset startedAt = clock.GetUtcNow();
        long started = clock.GetTimestamp();
        MigrationPlan plan = run.Plan;

        stop.ThrowIfCancellationRequested();
        PreparedVm prepared = await PreparedVm.PrepareAsync(run, clock, startedAt, stop);
        await using IMigrationEvents events = prepared.Events;
        SampleLog samples = new(progress);
        TransferWatch watch = new(run, events, samples, clock);
        TransferEnd end = await watch.RunAsync(plan.Transfer, stop);
        if (end.Error?.Fault == HypervisorFault.MemoryLockRefused && plan.Transfer.Uses(MigrationTechniques.ZeroCopy) && !stop.IsCancellationRequested)
        {
            watch.Note("retry without zero-copy", $"the host refused to lock the guest's memory: {end.Error.Message}");
            end = await watch.RunAsync(plan.Transfer with { Techniques = plan.Transfer.Techniques & ~MigrationTechniques.ZeroCopy }, stop);
        }

        await prepared.YieldToAnotherAsync(end.Error);
        (VmObservation onSource, VmObservation onDestination, MigrationEndState state) = await new EndInquiry(run, clock).AskAsync(end, stop);
        List<string> notices = [.. run.Notices, .. await prepared.FinishAsync(state, end.Error)];
        MigrationCounters? figures = state == MigrationEndState.Moved ? watch.Completed ?? await CompletedAsync(run) : null;
        samples.Report(watch.Estimator.End(figures, state == MigrationEndState.Moved));
        MigrationResult result = ResultBuilder.Build(new()
        {
            Plan = plan,
            End = end,
            State = state,
            OnSource = onSource,
            OnDestination = onDestination,
            Figures = figures,
            Watch = watch,
            Notices = notices,
            StartedAt = startedAt,
            Duration = clock.GetElapsedTime(started),
        });
        return await RecordAsync(run, result, samples);
    }

    // The migration has ended and the result is true, whatever the history does: what goes wrong there becomes a notice.
    internal async Task<MigrationResult> RecordAsync(MigrationRun run, MigrationResult result, SampleLog samples)
    {
        if (history is null)
        {
            return result;
        }

        try
        {
            MigrationRecord record = RecordBuilder.Build(run, result, samples.Samples(), clock.GetUtcNow());
            await history.AppendAsync(record, CancellationToken.None).WaitAsync(s_recordPatience);
            return result;
        }
        catch (Exception error)
        {
            string reason = error is TimeoutException ? $"the history has not answered for {DurationText.Exact(s_recordPatience)}" : error.Message;
            return result with { Notices = (string[])[.. result.Notices, $"the run could not be recorded: {reason}"] };
        }
    }

    internal static async Task<MigrationCounters?> CompletedAsync(MigrationRun run)
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
