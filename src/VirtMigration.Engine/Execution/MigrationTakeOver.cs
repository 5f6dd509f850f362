using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Takes over a migration that nobody steers any more, and runs the rest of its schedule: from the record that was written into
/// the VM before the start, or by a policy that the operator states.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="ownership">Says in whose hands migrations are.</param>
/// <param name="clock">The clock.</param>
/// <param name="history">Where the run is recorded; null: nowhere.</param>
/// <param name="user">Who takes over, as <c>bob@ops2</c>.</param>
public sealed class MigrationTakeOver(
    IHypervisor hypervisor, HostRegistry registry, MigrationOwnership ownership, TimeProvider clock, IMigrationHistory? history, string user)
{
    // A daemon that is started anew answers within seconds; a source that is silent for longer says nothing any more.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(60);

    // Each time both hosts are given 5 s to settle.
    private const int MostInquiries = 3;

    private readonly RunRecorder _recorder = new(history, clock);

    /// <summary>Checks a take-over against the migration as it is now, and touches nothing.</summary>
    /// <param name="migration">The migration.</param>
    /// <param name="policy">The policy whose schedule is run; null: as the record says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationHeld: a live shell steers it. IntentMissing: nobody knows its schedule.
    /// TakeOverDestinationUnknown. MigrationNotFound: it ended.</exception>
    public async Task<ProposedTakeOver> ProposeAsync(VmMigration migration, MigrationPolicy? policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migration);
        IHypervisorHost source = await hypervisor.ConnectAsync(registry.Find(migration.Source!), cancellationToken);
        MigrationCounters job = await JobAsync(source, migration, cancellationToken);
        MigrationIntent? intent = await source.GetIntentAsync(migration.Uuid, cancellationToken);
        intent = intent is not null && IntentRule.Fits(intent, job, migration.Destination, clock.GetUtcNow()) ? intent : null;
        List<string> warnings = [];
        string before = await RequireFreeAsync(migration, intent, warnings, cancellationToken);
        (string name, ScheduleIntent schedule) = ScheduleOf(migration, intent, policy, warnings);
        string to = migration.Destination ?? intent?.Destination ?? throw new VirtMigrationException("TakeOverDestinationUnknown",
            $"Where VM '{migration.VM}' goes from {migration.Source} is not known: no registered host that answers shows it coming. Where it is at the end could not be told.",
            "Register the host that it goes to (Register-VmHost), or see to it that it answers.", migration.VM);
        IHypervisorHost destination = await hypervisor.ConnectAsync(registry.Find(to), cancellationToken);
        PositionSigns signs = await SignsAsync(source, migration.Uuid, job, schedule, cancellationToken);
        bool inPostCopy = await IsInPostCopyAsync(source, migration, job, cancellationToken);
        if (inPostCopy)
        {
            warnings.Add($"VM '{migration.VM}' already runs on {to} while its memory follows: there is nothing left to steer, and the migration is only watched to its end");
        }

        return new()
        {
            Migration = migration with { Destination = to },
            Policy = name,
            Schedule = schedule,
            Position = SchedulePosition.Find(schedule.Steps, schedule.Deadlines, schedule.InitialDowntime, signs),
            Moment = signs.Moment,
            InPostCopy = inPostCopy,
            Before = before,
            Intent = intent,
            PolicyIsStated = policy is not null,
            DowntimeNow = signs.Downtime,
            Source = source,
            Destination = destination,
            Warnings = (string[])[.. warnings],
        };
    }

    /// <summary>Takes it over and steers it to its end, or until it is let go of.</summary>
    /// <param name="proposed">What was checked. The migration is looked at again, for it runs on while an operator thinks.</param>
    /// <param name="progress">Takes samples, on whatever thread; null: nobody looks.</param>
    /// <param name="stop">Lets go of it: the migration goes on unattended.</param>
    /// <returns>How it ended; detached, where it was let go of.</returns>
    /// <exception cref="VirtMigrationException">Nothing was done: MigrationHeld, or MigrationNotFound.</exception>
    public async Task<MigrationResult> RunAsync(ProposedTakeOver proposed, IProgress<MigrationSample>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        stop.ThrowIfCancellationRequested();
        VmMigration migration = proposed.Migration;
        await using HeldLease lease = await ownership.TakeAsync(
            new(migration.Uuid, migration.VM, user, proposed.Policy) { TakenOverFrom = proposed.Before }, stop);
        MigrationCounters job = await JobAsync(proposed.Source, migration, stop);
        long took = clock.GetTimestamp();
        ScheduleIntent schedule = await WithSpeedAsync(proposed, stop);
        MigrationRun run = RunOf(proposed, schedule, job);
        TimeSpan downtimeBefore = proposed.Intent?.DowntimeBefore ?? proposed.DowntimeNow;
        PreparedVm prepared = await PreparedVm.TakeOverAsync(run, schedule, downtimeBefore, stop);
        await using IMigrationEvents events = prepared.Events;
        PositionSigns signs = await SignsAsync(proposed.Source, migration.Uuid, job, schedule, stop);
        SampleLog samples = new(progress);
        TransferSteering steering = new(
            run, events, samples, clock, lease, SchedulePosition.Find(schedule.Steps, schedule.Deadlines, schedule.InitialDowntime, signs));
        steering.Notice(job);
        steering.Note("taken over", $"by {user}, {ownership.Shell}, from {proposed.Before}");
        if (proposed.InPostCopy)
        {
            steering.EnterPostCopy();
        }
        else if (proposed.PolicyIsStated && signs.Downtime < schedule.InitialDowntime)
        {
            await steering.AllowAsync(schedule.InitialDowntime, $"policy {proposed.Policy} begins with it");
        }

        (TransferEnd end, VmObservation onSource, VmObservation onDestination, MigrationEndState state) = await SteerAsync(run, steering, stop);
        bool letGo = end.Detached && state == MigrationEndState.InProgress;
        bool othersTurn = await lease.IsAnothersAsync();
        List<string> notices = letGo ? []
            : othersTurn ? [$"{lease.TakenBy} took the migration over, and sees to what is left to do after it"]
            : [.. await prepared.FinishAsync(state, null)];
        if (state == MigrationEndState.Moved && prepared.WasPersistent && onDestination is { Answered: true, Persistent: false })
        {
            notices.Add($"the VM's definition is not saved on {run.Plan.Destination}, and would be gone when the VM stops: save what virsh dumpxml says there with virsh define");
        }

        if (!run.Plan.TransferIsKnown)
        {
            notices.Add("with which techniques, connections and bandwidth the migration was started is not known here: another shell did");
        }

        await lease.DisposeAsync();
        notices.InsertRange(0, lease.Notices);
        MigrationCounters? figures = state == MigrationEndState.Moved ? steering.Completed ?? await EndInquiry.CompletedAsync(run) : null;
        samples.Report(steering.Estimator.End(figures, state == MigrationEndState.Moved));
        MigrationResult result = ResultBuilder.Build(new()
        {
            Plan = run.Plan,
            End = end,
            State = state,
            OnSource = onSource,
            OnDestination = onDestination,
            Figures = figures,
            Steering = steering,
            Notices = notices,
            StartedAt = proposed.Intent?.StartedAt ?? clock.GetUtcNow() - clock.GetElapsedTime(took) - job.Elapsed,
            Duration = job.Elapsed + clock.GetElapsedTime(took),
        });

        // A run that goes on is recorded by whoever sees its end.
        return letGo || othersTurn ? result : await _recorder.RecordAsync(run, result, samples);
    }

    private async Task<(TransferEnd End, VmObservation OnSource, VmObservation OnDestination, MigrationEndState State)> SteerAsync(
        MigrationRun run, TransferSteering steering, CancellationToken stop)
    {
        long answered = Stopwatch.GetTimestamp();
        int inquiries = 0;
        while (true)
        {
            JobLook look = stop.IsCancellationRequested ? JobLook.UnderWay : await steering.LookAsync();
            answered = look == JobLook.NoAnswer ? answered : Stopwatch.GetTimestamp();
            bool silent = Stopwatch.GetElapsedTime(answered) > s_silence;
            if (look == JobLook.NoJob || silent || stop.IsCancellationRequested)
            {
                steering.ReadEvents();
                TransferEnd end = new(null, StopRequested: false, Detached: stop.IsCancellationRequested) { Heard = steering.Completed is not null };
                (VmObservation source, VmObservation destination, MigrationEndState state) = await new EndInquiry(run, clock).AskAsync(end, stop);
                if (end.Detached || silent || state != MigrationEndState.InProgress || ++inquiries >= MostInquiries)
                {
                    return (end, source, destination, state);
                }
            }

            await steering.NextAsync(null, stop);
        }
    }

    private static async Task<MigrationCounters> JobAsync(IHypervisorHost source, VmMigration migration, CancellationToken cancellationToken)
    {
        MigrationCounters? job = null;
        try
        {
            job = await source.GetJobAsync(migration.Uuid, cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            // It has left.
        }

        return job ?? throw new VirtMigrationException("MigrationNotFound",
            $"The migration of VM '{migration.VM}' from {migration.Source} has ended; nothing was taken over.", $"See where the VM is: Get-VM {migration.VM}.", migration.VM);
    }

    // Who steered before, in words.
    private async Task<string> RequireFreeAsync(VmMigration migration, MigrationIntent? intent, List<string> warnings, CancellationToken cancellationToken)
    {
        (MigrationLease? lease, bool? alive) = await ownership.LookAsync(migration.Uuid, cancellationToken);
        LeaseRequest wanted = new(migration.Uuid, migration.VM, user, string.Empty);
        if (lease is not null && alive == true)
        {
            throw MigrationOwnership.Held(wanted, lease);
        }

        if (lease is not null && alive is null)
        {
            warnings.Add($"{lease} has held it since {MigrationOwnership.Moment(lease.TakenAt)}; it is taken over only if that shell does not renew its hold within {DurationText.Exact(ownership.LookFor)}");
        }

        if (lease is null && intent is not null)
        {
            if (ownership.IsAlive(intent.Shell()) is true)
            {
                throw MigrationOwnership.Held(wanted, LeaseOf(migration, intent));
            }

            if (ownership.IsAlive(intent.Shell()) is null)
            {
                warnings.Add($"whether {intent.Operator}, {intent.Shell()}, still steers cannot be seen from here: it has let go, or keeps its hold in another folder than this shell. Make sure before you take over");
            }
        }

        return lease is not null && (intent is null || lease.TakenOverFrom is not null) ? lease.ToString()
            : intent is not null ? $"{intent.Operator}, {intent.Shell()}"
            : "whoever started it elsewhere";
    }

    private static MigrationLease LeaseOf(VmMigration migration, MigrationIntent intent) => new()
    {
        Vm = migration.Uuid,
        VmName = migration.VM,
        Id = Guid.Empty,
        Operator = intent.Operator,
        Shell = intent.Shell(),
        Policy = intent.Policy,
        TakenAt = intent.StartedAt,
    };

    private (string Name, ScheduleIntent Schedule) ScheduleOf(VmMigration migration, MigrationIntent? intent, MigrationPolicy? stated, List<string> warnings)
    {
        if (stated is not null)
        {
            // What was before stays as the first shell found it.
            return (stated.Name, ScheduleIntent.Of(stated) with
            {
                SpeedBefore = intent?.Schedule?.SpeedBefore,
                SwitchoverToldByMonitor = intent?.Schedule?.SwitchoverToldByMonitor ?? false,
            });
        }

        if (intent?.Schedule is ScheduleIntent schedule)
        {
            return (intent.Policy, schedule);
        }

        if (intent is not null && PolicyCatalog.Of(registry.Store.Load()).FirstOrDefault(one => one.Name.Equals(intent.Policy, StringComparison.OrdinalIgnoreCase)) is MigrationPolicy named)
        {
            warnings.Add($"the shell that started it noted only its policy {named.Name}, so the policy is followed as it is now, without what was stated beside it");
            return (named.Name, ScheduleIntent.Of(named));
        }

        throw intent is null
            ? new VirtMigrationException("IntentMissing", $"The migration of VM '{migration.VM}' from {migration.Source} was started elsewhere, so nobody knows what its schedule is.",
                $"Say which one is to be run: Watch-VmMigration {migration.VM} -TakeOver -Policy MinimalDowntime.", migration.VM)
            : new VirtMigrationException("IntentMissing", $"The migration of VM '{migration.VM}' was started with policy {intent.Policy}, which there is no more, and its schedule was not noted.",
                $"Say which one is to be run: Watch-VmMigration {migration.VM} -TakeOver -Policy MinimalDowntime.", migration.VM);
    }

    private static async Task<PositionSigns> SignsAsync(
        IHypervisorHost source, Guid vm, MigrationCounters job, ScheduleIntent schedule, CancellationToken cancellationToken)
    {
        VmObservation seen = await source.ObserveAsync(vm, cancellationToken);
        return new(
            ScheduleMoment.Of(job),
            await source.GetMaxDowntimeAsync(vm, cancellationToken),
            schedule.SetsBandwidth() ? await source.GetMaxBandwidthAsync(vm, cancellationToken) : null,
            seen is { State: VmPowerState.Paused, Reason: VmStateReason.PausedByUser });
    }

    private static async Task<bool> IsInPostCopyAsync(IHypervisorHost source, VmMigration migration, MigrationCounters job, CancellationToken cancellationToken) =>
        migration.Phase == MigrationPhase.PostCopy
        || job.PostCopyRequests > 0
        || (await source.ObserveAsync(migration.Uuid, cancellationToken)).Reason is VmStateReason.PostCopy or VmStateReason.PostCopyFailed;

    // Where the shell that started it meant to set no bandwidth, what is kept now is what was kept before.
    private static async Task<ScheduleIntent> WithSpeedAsync(ProposedTakeOver proposed, CancellationToken cancellationToken) =>
        proposed.Schedule.SetsBandwidth() && proposed.Schedule.SpeedBefore is null
            ? proposed.Schedule with { SpeedBefore = await proposed.Source.GetMaxBandwidthAsync(proposed.Migration.Uuid, cancellationToken) }
            : proposed.Schedule;

    private MigrationRun RunOf(ProposedTakeOver proposed, ScheduleIntent schedule, MigrationCounters job) => new(
        TakenOverPlan.Of(proposed.Migration, proposed.Policy, schedule, job.MemoryTotal, proposed.Destination, proposed.Intent?.Transfer),
        proposed.Source,
        proposed.Destination,
        proposed.Intent?.Operator ?? user)
    {
        Machine = proposed.Intent?.Machine ?? ownership.Shell.Machine,
    };
}
