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
    private readonly Channel<Entry> _incoming = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly List<Entry> _waiting = [];
    private readonly Dictionary<Entry, Task> _running = [];
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
    public void Enqueue(QueuedMigration migration) => _incoming.Writer.TryWrite(new(migration, _clock.GetTimestamp()));

    /// <summary>Says that nothing more will come.</summary>
    public void Complete() => _incoming.Writer.TryComplete();

    /// <summary>Starts nothing more; what runs goes on to its end.</summary>
    public void StartNoMore()
    {
        _startNoMore = true;
        Complete();
    }

    private bool MayStartNoMore => _startNoMore || _stop.IsCancellationRequested;

    private async Task WorkAsync()
    {
        while (true)
        {
            while (_incoming.Reader.TryRead(out Entry? entry))
            {
                _waiting.Add(entry);
            }

            await StartWhatMayAsync();
            if (MayStartNoMore)
            {
                DropWaiting();
            }

            if (_incoming.Reader.Completion.IsCompleted && _waiting.Count == 0 && _running.Count == 0)
            {
                return;
            }

            await SomethingHappensAsync();
        }
    }

    private async Task SomethingHappensAsync()
    {
        using CancellationTokenSource looking = new();
        List<Task> anyOf = [.. _running.Values, _nudge.Task];
        if (_incoming.Reader.Completion.IsCompleted)
        {
            // It may have been completed since it was last asked, and then nothing is left that could happen.
            if (_waiting.Count == 0 && _running.Count == 0)
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

        foreach ((Entry entry, Task task) in _running.Where(pair => pair.Value.IsCompleted).ToList())
        {
            _running.Remove(entry);
            await task;
        }

        await ShareBandwidthAsync();
    }

    private static TaskCompletionSource NewNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void DropWaiting()
    {
        foreach (Entry entry in _waiting)
        {
            MigrationPlan plan = entry.Migration.Run.Plan;
            entry.Migration.Left(plan);
            _observer.NotStarted(plan, new("MigrationNotStarted",
                $"VM '{plan.VM}' was still waiting when the command was stopped. It is on {plan.Source}, and nothing was done to it.",
                "Start it again when it suits.", plan.VM));
        }

        _waiting.Clear();
    }

    private async Task StartWhatMayAsync()
    {
        HashSet<string> keptInOrder = new(StringComparer.OrdinalIgnoreCase);
        foreach (Entry entry in _waiting.ToList())
        {
            MigrationPlan plan = entry.Migration.Run.Plan;
            if (keptInOrder.Contains(plan.Source) || keptInOrder.Contains(plan.Destination))
            {
                Keep(plan, keptInOrder);
                continue;
            }

            (bool planned, string? hindrance) = await LookAsync(entry);
            if (MayStartNoMore)
            {
                return;
            }

            if (!planned)
            {
                _waiting.Remove(entry);
                continue;
            }

            plan = entry.Migration.Run.Plan;
            if (hindrance is null)
            {
                _waiting.Remove(entry);
                _running[entry] = Task.Run(() => RunAsync(entry), CancellationToken.None);
                continue;
            }

            Keep(plan, keptInOrder);
            if (entry.Told != hindrance)
            {
                entry.Told = hindrance;
                _observer.Waiting(plan, hindrance);
            }
        }
    }

    // What this queue itself runs is looked at first: it costs nothing. Only at its turn is an old plan made again, and only the new
    // plan's hosts say whether it may start.
    private async Task<(bool Planned, string? Hindrance)> LookAsync(Entry entry)
    {
        List<MigrationPlan> running = [.. _running.Keys.Select(other => other.Migration.Run.Plan)];
        if (SlotRules.Hindrance(entry.Migration.Run.Plan, running, []) is string ours)
        {
            return (true, ours);
        }

        try
        {
            await PlanAnewAsync(entry);
            MigrationRun run = entry.Migration.Run;
            IReadOnlyList<ActiveMigration>[] shown = await Task.WhenAll(
                run.Source.ListMigrationsAsync(_stop),
                run.Destination.ListMigrationsAsync(_stop));
            return (true, SlotRules.Hindrance(run.Plan, running, [.. shown.SelectMany(one => one)]));
        }
        catch (OperationCanceledException)
        {
            return (true, "the command is being stopped");
        }
        catch (HypervisorException)
        {
            // Let the run itself meet the error: it reports it with the VM's name, and touches nothing.
            return (true, null);
        }
        catch (VirtMigrationException error)
        {
            entry.Migration.Left(entry.Migration.Run.Plan);
            _observer.NotStarted(entry.Migration.Run.Plan, error);
            return (false, null);
        }
    }

    private static void Keep(MigrationPlan plan, HashSet<string> hosts)
    {
        hosts.Add(plan.Source);
        hosts.Add(plan.Destination);
    }

    private async Task RunAsync(Entry entry)
    {
        try
        {
            _observer.Starting(entry.Migration.Run.Plan);
            MigrationResult result = await _runner.RunAsync(entry.Migration.Run, new Relay(this, entry), _stop);
            await RestoreSpeedAsync(entry, result);
            entry.Migration.Left(result.Plan);
            _observer.Ended(result);
        }
        catch (VirtMigrationException error)
        {
            entry.Migration.Left(entry.Migration.Run.Plan);
            _observer.NotStarted(entry.Migration.Run.Plan, error);
        }
        catch (OperationCanceledException)
        {
            MigrationPlan plan = entry.Migration.Run.Plan;
            entry.Migration.Left(plan);
            _observer.NotStarted(plan, new("MigrationNotStarted",
                $"VM '{plan.VM}' was not started yet when the command was stopped. It is on {plan.Source}.", "Start it again when it suits.", plan.VM));
        }
    }

    private async Task PlanAnewAsync(Entry entry)
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
        List<Entry> visible = [.. _running.Keys.Where(entry => entry.Visible)];
        foreach (Entry entry in visible)
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
    private static async Task RestoreSpeedAsync(Entry entry, MigrationResult result)
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

    private sealed class Entry(QueuedMigration migration, long plannedAt)
    {
        public QueuedMigration Migration { get; set; } = migration;

        public long PlannedAt { get; set; } = plannedAt;

        public string? Told { get; set; }

        public bool Visible { get; set; }

        public int Shares { get; set; } = 1;

        public Bandwidth? SpeedBefore { get; set; }
    }

    private sealed class Relay(MigrationQueue queue, Entry entry) : IProgress<MigrationSample>
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
