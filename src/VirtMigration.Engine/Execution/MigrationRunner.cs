using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Runs one plan: takes the migration into its hands, prepares the VM, hands the transfer to the hypervisor, steers it, and asks
/// both hosts where the VM is when it ended, however it ended.</summary>
/// <param name="clock">The clock.</param>
/// <param name="history">Where each run that was started is recorded; null: nowhere.</param>
/// <param name="ownership">Says in whose hands migrations are; null: nobody else is kept from starting or steering the same one.</param>
public sealed class MigrationRunner(TimeProvider clock, IMigrationHistory? history = null, MigrationOwnership? ownership = null)
{
    private readonly RunRecorder _recorder = new(history, clock);

    /// <summary>Says in whose hands migrations are; null: nobody does.</summary>
    public MigrationOwnership? Ownership => ownership;

    /// <summary>Runs a plan. It returns a result for every migration that was started; an exception means that nothing was touched.</summary>
    /// <param name="run">The plan, the hosts and who asked.</param>
    /// <param name="progress">Takes samples, on whatever thread; null: nobody looks.</param>
    /// <param name="stop">Aborts in pre-copy, detaches in post-copy.</param>
    /// <exception cref="VirtMigrationException">MigrationHeld: the VM is in the hands of a live shell. MigrationAlreadyRunning: somebody else
    /// migrates it, and nothing was done to that. Or the VM could not be prepared, and is as it was.</exception>
    public async Task<MigrationResult> RunAsync(MigrationRun run, IProgress<MigrationSample>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(run);
        DateTimeOffset startedAt = clock.GetUtcNow();
        long started = clock.GetTimestamp();
        MigrationPlan plan = run.Plan;

        stop.ThrowIfCancellationRequested();
        await using HeldLease? lease = ownership is null
            ? null
            : await ownership.TakeAsync(new(plan.Uuid, plan.VM, run.Operator, plan.Policy), stop);
        PreparedVm prepared = await PreparedVm.PrepareAsync(run, clock, startedAt, ownership?.Shell, stop);
        await using IMigrationEvents events = prepared.Events;
        SampleLog samples = new(progress);
        TransferSteering steering = new(run, events, samples, clock, lease);
        TransferWatch watch = new(run, events, steering, lease);
        TransferEnd end = await watch.RunAsync(plan.Transfer, stop);
        if (end.Error?.Fault == HypervisorFault.MemoryLockRefused && plan.Transfer.Uses(MigrationTechniques.ZeroCopy) && !stop.IsCancellationRequested)
        {
            steering.Note("retry without zero-copy", $"the host refused to lock the guest's memory: {end.Error.Message}");
            end = await watch.RunAsync(plan.Transfer with { Techniques = plan.Transfer.Techniques & ~MigrationTechniques.ZeroCopy }, stop);
        }

        await prepared.YieldToAnotherAsync(end.Error);
        (VmObservation onSource, VmObservation onDestination, MigrationEndState state) = await new EndInquiry(run, clock).AskAsync(end, stop);

        // Who took it over puts right what must be put right, and records the run.
        bool othersTurn = lease is not null && await lease.IsAnothersAsync();
        List<string> notices = othersTurn
            ? [$"{lease!.TakenBy} took the migration over, and sees to what is left to do after it"]
            : [.. await prepared.FinishAsync(state, end.Error)];
        notices.InsertRange(0, run.Notices);
        if (lease is not null)
        {
            await lease.DisposeAsync();
            notices.InsertRange(0, lease.Notices);
        }

        MigrationCounters? figures = state == MigrationEndState.Moved ? steering.Completed ?? await EndInquiry.CompletedAsync(run) : null;
        samples.Report(steering.Estimator.End(figures, state == MigrationEndState.Moved));
        MigrationResult result = ResultBuilder.Build(new()
        {
            Plan = plan,
            End = end,
            State = state,
            OnSource = onSource,
            OnDestination = onDestination,
            Figures = figures,
            Steering = steering,
            Notices = notices,
            StartedAt = startedAt,
            Duration = clock.GetElapsedTime(started),
        });
        return othersTurn ? result : await _recorder.RecordAsync(run, result, samples);
    }
}
