using System.Threading.Channels;
using VirtMigration.Convergence;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Runs migrations in the order given, each as soon as its slots are free, in a sliding window: VMs that share a host keep
/// their order, others do not wait for them.</summary>
public sealed class MigrationQueue
{
    // Migrations of other shells and of virsh end without telling; ours do tell.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(1);

    // A plan older than this is made again at its turn: what it rests on (memory, state) may have changed.
    private static readonly TimeSpan s_planIsFresh = TimeSpan.FromSeconds(5);

    private readonly MigrationRunner _runner;
    private readonly IQueueObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stop;
    private readonly Channel<QueueEntry> _incoming = Channel.CreateUnbounded<QueueEntry>(new() { SingleReader = true });
    private readonly List<QueueEntry> _waiting = [];

    // Each ends with what is left to do when its slots are free again.
    private readonly Dictionary<QueueEntry, Task<Task>> _running = [];
    private readonly List<Task> _finishing = [];

    // What waits, for those who look from other threads.
    private readonly Lock _lock = new();
    private readonly List<QueueEntry> _queued = [];
    private volatile bool _startNoMore;
    private volatile TaskCompletionSource _nudge = NewNudge();

    /// <summary>Creates the queue and sets it going.</summary>
    /// <param name="runner">Runs the plans.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="stop">Stops: nothing more is started, and what runs is aborted in pre-copy and left alone in post-copy.</param>
    public MigrationQueue(MigrationRunner runner, IQueueObserver observer, TimeProvider clock, CancellationToken stop)
    {
        _runner = runner;
        _observer = observer;
        _clock = clock;
        _stop = stop;
        Completion = Task.Run(WorkAsync, CancellationToken.None);
    }

    /// <summary>Ends when the queue was completed and everything in it ended.</summary>
    public Task Completion { get; }

    /// <summary>Puts a VM at the end.</summary>
    /// <param name="migration">The VM with its plan.</param>
    public void Enqueue(QueuedMigration migration)
    {
        QueueEntry entry = new(migration, _clock.GetTimestamp());
        lock (_lock)
        {
            _queued.Add(entry);
        }

        if (!_incoming.Writer.TryWrite(entry))
        {
            Forget(entry);
        }
    }

    /// <summary>What waits now, in its order. On any thread.</summary>
    public IReadOnlyList<VmMigration> Queued()
    {
        QueueEntry[] entries;
        lock (_lock)
        {
            entries = [.. _queued.Where(entry => entry.Waits)];
        }

        return [.. entries.Select((entry, index) => Describe(entry, index + 1))];
    }

    /// <summary>Takes a VM out of the queue; it is reported as not started. On any thread.</summary>
    /// <param name="vm">The VM.</param>
    /// <returns>Whether it is not going to be started; false: it does not wait here, or was started in this moment.</returns>
    public bool TryStop(Guid vm)
    {
        QueueEntry[] stopped;
        lock (_lock)
        {
            stopped = [.. _queued.Where(entry => entry.Migration.Run.Plan.Uuid == vm && entry.TryStop())];
        }

        if (stopped.Length == 0)
        {
            return false;
        }

        _nudge.TrySetResult();
        return true;
    }

    /// <summary>Says that nothing more will come.</summary>
    public void Complete() => _incoming.Writer.TryComplete();

    /// <summary>Starts nothing more; what runs goes on to its end.</summary>
    public void StartNoMore()
    {
        _startNoMore = true;
        Complete();
    }

    private bool IsIdle => _waiting.Count == 0 && _running.Count == 0 && _finishing.Count == 0;

    private bool MayStartNoMore => _startNoMore || _stop.IsCancellationRequested;

    private async Task WorkAsync()
    {
        while (true)
        {
            while (_incoming.Reader.TryRead(out QueueEntry? entry))
            {
                _waiting.Add(entry);
            }

            TakeOutStopped();
            await StartWhatMayAsync();
            if (MayStartNoMore)
            {
                DropWaiting();
            }

            if (_incoming.Reader.Completion.IsCompleted && IsIdle)
            {
                return;
            }

            await SomethingHappensAsync();
        }
    }

    private async Task SomethingHappensAsync()
    {
        using CancellationTokenSource looking = new();
        List<Task> anyOf = [.. _running.Values, .. _finishing, .. _waiting.Select(entry => entry.Telling).Where(told => !told.IsCompleted), _nudge.Task];
        if (_incoming.Reader.Completion.IsCompleted)
        {
            // It may have been completed since it was last asked, and then nothing is left that could happen.
            if (IsIdle)
            {
                return;
            }
        }
        else
        {
            anyOf.Add(_incoming.Reader.WaitToReadAsync(looking.Token).AsTask());
        }

        if (_waiting.Count > 0)
        {
            anyOf.Add(Task.Delay(s_lookAgain, looking.Token));
        }

        await Task.WhenAny(anyOf);
        await looking.CancelAsync();
        if (_nudge.Task.IsCompleted)
        {
            _nudge = NewNudge();
        }

        foreach ((QueueEntry entry, Task<Task> task) in _running.Where(pair => pair.Value.IsCompleted).ToList())
        {
            _running.Remove(entry);
            _finishing.Add(await task);
        }

        foreach (Task ended in _finishing.Where(task => task.IsCompleted).ToList())
        {
            _finishing.Remove(ended);
            await ended;
        }

        await ShareBandwidthAsync();
    }

    private static TaskCompletionSource NewNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void DropWaiting()
    {
        foreach (QueueEntry entry in _waiting)
        {
            MigrationPlan plan = entry.Migration.Run.Plan;
            Leave(entry, !entry.TryTake() ? StoppedInQueue(plan) : new("MigrationNotStarted",
                $"VM '{plan.VM}' was still waiting when the command was stopped. It is on {plan.Source}, and nothing was done to it.",
                "Start it again when it suits.", plan.VM));
        }

        _waiting.Clear();
    }

    private void TakeOutStopped()
    {
        foreach (QueueEntry entry in _waiting.Where(entry => !entry.Waits).ToList())
        {
            _waiting.Remove(entry);
            Leave(entry, StoppedInQueue(entry.Migration.Run.Plan));
        }
    }

    private static VirtMigrationException StoppedInQueue(MigrationPlan plan) => new("MigrationStoppedInQueue",
        $"VM '{plan.VM}' was taken out of the queue (Stop-VmMigration or Stop-Job) before its migration started. It is on {plan.Source}, and nothing was done to it.",
        "Start it again when it suits.", plan.VM);

    // Its guest may have been told that it is about to migrate: then it is told that it does not.
    private void Leave(QueueEntry entry, VirtMigrationException error)
    {
        Forget(entry);
        entry.Migration.Left(entry.Migration.Run.Plan);
        if (entry.Dialogue is null)
        {
            _observer.NotStarted(entry.Migration.Run.Plan, error);
            return;
        }

        entry.Gone.TrySetResult();
        _finishing.Add(TakeLeaveAsync(entry, error));
    }

    private async Task TakeLeaveAsync(QueueEntry entry, VirtMigrationException error)
    {
        await entry.Telling;
        IReadOnlyList<string> notices = await entry.Dialogue!.NotStartedAsync(entry.Migration.Run, _stop);
        _observer.NotStarted(entry.Migration.Run.Plan, notices.Count == 0
            ? error
            : new(error.ErrorId, $"{error.Message} But {string.Join("; ", notices)}", error.RecommendedAction, error.Target, error));
    }

    private void Forget(QueueEntry entry)
    {
        lock (_lock)
        {
            _queued.Remove(entry);
        }
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

    private async Task StartWhatMayAsync()
    {
        Dictionary<string, string> keptInOrder = new(StringComparer.OrdinalIgnoreCase);
        foreach (QueueEntry entry in _waiting.ToList())
        {
            // One whose guest is being told holds no slot and keeps nobody waiting.
            if (!entry.Waits || !entry.Telling.IsCompleted)
            {
                continue;
            }

            MigrationPlan plan = entry.Migration.Run.Plan;
            if (keptInOrder.TryGetValue(plan.Source, out string? before) || keptInOrder.TryGetValue(plan.Destination, out before))
            {
                Keep(plan, keptInOrder);
                entry.Reason = $"its turn is after VM '{before}', which waits for the same host";
                continue;
            }

            (VirtMigrationException? error, string? hindrance) = await LookAsync(entry);
            if (MayStartNoMore)
            {
                return;
            }

            if (error is not null)
            {
                _waiting.Remove(entry);
                Leave(entry, entry.TryTake() ? error : StoppedInQueue(plan));
                continue;
            }

            plan = entry.Migration.Run.Plan;
            if (hindrance is null && entry.Dialogue is null && !plan.GuestNotice.IsDisabled())
            {
                entry.Dialogue = new(plan.GuestNotice);
                entry.Telling = TellAsync(entry);
                Wait(entry, "its guest is told that it is about to migrate, and has up to 10 s to answer");
                continue;
            }

            if (hindrance is null)
            {
                Start(entry);
                continue;
            }

            Keep(plan, keptInOrder);
            Wait(entry, hindrance);
        }
    }

    // Whoever comes first, this or a stop from elsewhere, has the only word.
    private void Start(QueueEntry entry)
    {
        if (entry.TryTake())
        {
            _waiting.Remove(entry);
            Forget(entry);
            _running[entry] = Task.Run(() => RunAsync(entry), CancellationToken.None);
        }
    }

    private void Wait(QueueEntry entry, string reason)
    {
        entry.Reason = reason;
        if (entry.Told != reason)
        {
            entry.Told = reason;
            _observer.Waiting(entry.Migration.Run.Plan, reason);
        }
    }

    private async Task TellAsync(QueueEntry entry)
    {
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        Task told = entry.Dialogue!.BeforeAsync(entry.Migration.Run, enough.Token);
        await Task.WhenAny(told, entry.Gone.Task);
        await enough.CancelAsync();
        await told;
    }

    // What this queue itself runs is looked at first: it costs nothing. Only at its turn is an old plan made again, and only the new
    // plan's hosts say whether it may start.
    private async Task<(VirtMigrationException? Error, string? Hindrance)> LookAsync(QueueEntry entry)
    {
        List<MigrationPlan> running = [.. _running.Keys.Select(other => other.Migration.Run.Plan)];
        if (SlotRules.Hindrance(entry.Migration.Run.Plan, running, []) is string ours)
        {
            return (null, ours);
        }

        try
        {
            await PlanAnewAsync(entry);
            MigrationRun run = entry.Migration.Run;
            IReadOnlyList<ActiveMigration>[] shown = await Task.WhenAll(
                run.Source.ListMigrationsAsync(_stop),
                run.Destination.ListMigrationsAsync(_stop));
            return (null, SlotRules.Hindrance(run.Plan, running, [.. shown.SelectMany(one => one)]));
        }
        catch (OperationCanceledException)
        {
            return (null, "the command is being stopped");
        }
        catch (HypervisorException)
        {
            // Let the run itself meet the error: it reports it with the VM's name, and touches nothing.
            return (null, null);
        }
        catch (VirtMigrationException error)
        {
            return (error, null);
        }
    }

    private static void Keep(MigrationPlan plan, Dictionary<string, string> hosts)
    {
        hosts.TryAdd(plan.Source, plan.VM);
        hosts.TryAdd(plan.Destination, plan.VM);
    }

    private async Task<Task> RunAsync(QueueEntry entry)
    {
        MigrationRun run = entry.Migration.Run;
        run = run with { Notices = [.. run.Notices, .. entry.Dialogue?.Notices ?? []] };
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_stop, entry.Migration.Stop);
        try
        {
            _observer.Starting(run.Plan);
            MigrationResult result = await _runner.RunAsync(run, new Relay(this, entry), stop.Token);
            await RestoreSpeedAsync(entry, result);
            entry.Migration.Left(result.Plan);
            if (entry.Dialogue is not null)
            {
                return EndAsync(entry.Dialogue, result, run);
            }

            _observer.Ended(result);
            return Task.CompletedTask;
        }
        catch (VirtMigrationException error)
        {
            return NotStarted(entry, error);
        }
        catch (OperationCanceledException)
        {
            return NotStarted(entry, new("MigrationNotStarted",
                $"VM '{run.Plan.VM}' was not started yet when the command was stopped. It is on {run.Plan.Source}.", "Start it again when it suits.", run.Plan.VM));
        }
    }

    private async Task EndAsync(GuestDialogue dialogue, MigrationResult result, MigrationRun run)
    {
        IReadOnlyList<string> notices = await dialogue.AfterAsync(result, run, _stop);
        _observer.Ended(notices.Count == 0 ? result : result with { Notices = (string[])[.. result.Notices, .. notices] });
    }

    private Task NotStarted(QueueEntry entry, VirtMigrationException error)
    {
        entry.Migration.Left(entry.Migration.Run.Plan);
        if (entry.Dialogue is not null)
        {
            return TakeLeaveAsync(entry, error);
        }

        _observer.NotStarted(entry.Migration.Run.Plan, error);
        return Task.CompletedTask;
    }

    private async Task PlanAnewAsync(QueueEntry entry)
    {
        MigrationRun planned = entry.Migration.Run;
        if (_clock.GetElapsedTime(entry.PlannedAt) < s_planIsFresh)
        {
            return;
        }

        MigrationRun anew = await entry.Migration.Replan(_stop);
        entry.PlannedAt = _clock.GetTimestamp();
        if (!anew.Plan.DoesTheSameAs(planned.Plan))
        {
            PlanDecision why = new("Plan", planned.Plan.ToString(), SettingOrigin.Host, "replanned",
                "at its turn the hosts were no longer as when it was planned");
            entry.Migration = entry.Migration with { Run = anew with { Plan = anew.Plan with { Decisions = [.. anew.Plan.Decisions, why] } } };
        }
    }

    // A cap is for the link, so those who use a link at the same time share it; libvirt is told on every start and end.
    private async Task ShareBandwidthAsync()
    {
        List<QueueEntry> visible = [.. _running.Keys.Where(entry => entry.Visible)];
        foreach (QueueEntry entry in visible)
        {
            MigrationRun run = entry.Migration.Run;
            int shares = visible.Count(other =>
                other.Migration.Run.Plan.Source == run.Plan.Source || other.Migration.Run.Plan.Destination == run.Plan.Destination);
            if (shares == entry.Shares || run.Plan.Transfer.Bandwidth.HasNoLimit())
            {
                continue;
            }

            entry.Shares = shares;
            try
            {
                entry.SpeedBefore ??= await run.Source.GetMaxBandwidthAsync(run.Plan.Uuid, CancellationToken.None);
                await run.Source.SetMaxBandwidthAsync(run.Plan.Uuid, run.Plan.Transfer.Bandwidth.DividedBy(shares), CancellationToken.None);
            }
            catch (VirtMigrationException)
            {
                // It ended in this moment, or its share is below what libvirt can be told: TCP shares the link then.
            }
        }
    }

    // libvirt keeps the speed that was set while it ran, and a virsh user's next migration would run with it.
    private static async Task RestoreSpeedAsync(QueueEntry entry, MigrationResult result)
    {
        // Where the schedule sets a speed, the run itself puts back what was there before it; what was read here may be the schedule's.
        bool ofSchedule = result.Plan.Schedule.Concat(result.Plan.Deadlines).Any(step => step.Action == ConvergenceAction.SetBandwidth);
        if (entry.SpeedBefore is Bandwidth before && !ofSchedule && result.EndState == MigrationEndState.Stayed)
        {
            try
            {
                await entry.Migration.Run.Source.SetMaxBandwidthAsync(result.Uuid, before, CancellationToken.None);
            }
            catch (HypervisorException)
            {
                // The VM is where the result says; only its kept speed is not as before.
            }
        }
    }

    private sealed class Relay(MigrationQueue queue, QueueEntry entry) : IProgress<MigrationSample>
    {
        public void Report(MigrationSample value)
        {
            queue._observer.Progressed(entry.Migration.Run.Plan, value);
            if (!entry.Visible && value.Phase == MigrationPhase.PreCopy)
            {
                entry.Visible = true;
                queue._nudge.TrySetResult();
            }
        }
    }
}
