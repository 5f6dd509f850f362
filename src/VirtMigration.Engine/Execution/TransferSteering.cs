using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Steers a transfer, whoever handed it over: takes samples, and the schedule's steps when they are due. Found in other hands it
/// only takes samples.</summary>
internal sealed class TransferSteering
{
    // A migration of a small guest takes a second, so the first ones are close together; later once a second is enough for a person.
    private static readonly TimeSpan s_earlyInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_laterInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_earlyPeriod = TimeSpan.FromSeconds(10);

    private readonly MigrationRun _run;
    private readonly IMigrationEvents _events;
    private readonly IProgress<MigrationSample>? _progress;
    private readonly TimeProvider _clock;
    private readonly HeldLease? _lease;
    private readonly ScheduleController _schedule;
    private readonly List<MigrationAction> _actions = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    private Task<bool>? _nextEvent;
    private MigrationSample? _last;
    private TimeSpan? _longestPause;
    private string? _reasonToGiveUp;
    private long _pausedAt;
    private bool _observes;

    public TransferSteering(
        MigrationRun run, IMigrationEvents events, IProgress<MigrationSample>? progress, TimeProvider clock, HeldLease? lease, SchedulePosition? start = null)
    {
        _run = run;
        _events = events;
        _progress = progress;
        _clock = clock;
        _lease = lease;
        _schedule = new(run.Plan.Schedule, run.Plan.Deadlines, run.Plan.StepInterval, run.Plan.InitialDowntime, clock, start);
        Estimator = new(run.Plan.VM, run.Plan.Source, run.Plan.Destination, clock);
        Used = run.Plan.Transfer;
        if (start?.Pausing is ConvergenceStep pausing)
        {
            // Since when it stands nobody knows any more.
            _longestPause = pausing.UpTo;
            _pausedAt = clock.GetTimestamp();
        }
    }

    public ProgressEstimator Estimator { get; }

    /// <summary>What was handed to the hypervisor last.</summary>
    public TransferSettings Used { get; set; }

    /// <summary>What was done while it ran.</summary>
    public IReadOnlyList<MigrationAction> Actions => _actions;

    /// <summary>The completed counters, where the event brought them.</summary>
    public MigrationCounters? Completed { get; private set; }

    public int? MaxThrottle { get; private set; }

    /// <summary>The highest rate that was seen; null: none was.</summary>
    public Bandwidth? PeakRate { get; private set; }

    /// <summary>Whether memory was seen to flow.</summary>
    public bool SentMemory { get; private set; }

    /// <summary>The downtime allowed last; null: as at the start.</summary>
    public TimeSpan? LastDowntime { get; private set; }

    /// <summary>Whether the schedule itself gave up.</summary>
    public bool AbortedBySchedule { get; private set; }

    /// <summary>Whether the guest runs on the destination already.</summary>
    public bool InPostCopy { get; private set; }

    /// <summary>Notes something that was done.</summary>
    public void Note(string action, string reason) =>
        _actions.Add(new(_clock.GetUtcNow(), action, reason, _last?.Pass ?? 0, _last?.Remaining ?? default));

    /// <summary>Notes how the migration stands, so that what is done now is told with it.</summary>
    public void Notice(MigrationCounters counters) => _last = Estimator.Sample(counters);

    /// <summary>Notes that the guest now runs on the destination: nothing of the schedule is of use any more.</summary>
    public void EnterPostCopy()
    {
        InPostCopy = true;
        Estimator.EnterPostCopy();
    }

    /// <summary>Takes what events have come.</summary>
    public void ReadEvents()
    {
        while (_events.Events.TryRead(out MigrationEvent? one))
        {
            switch (one)
            {
                case JobCompleted completed:
                    Completed = completed.Counters;
                    break;
                case PostCopyStarted:
                    EnterPostCopy();
                    break;
            }
        }
    }

    /// <summary>Allows a downtime that no step asks for.</summary>
    /// <param name="downtime">The downtime.</param>
    /// <param name="reason">Why.</param>
    public async Task AllowAsync(TimeSpan downtime, string reason)
    {
        try
        {
            await _run.Source.SetMaxDowntimeAsync(_run.Plan.Uuid, downtime, CancellationToken.None);
            LastDowntime = downtime;
            Note($"downtime limit {DurationText.Format(downtime)}", reason);
        }
        catch (HypervisorException error)
        {
            Note($"downtime limit {DurationText.Format(downtime)} failed", error.Message);
        }
    }

    /// <summary>Looks at the migration, and does what is due.</summary>
    public async Task<JobLook> LookAsync()
    {
        ReadEvents();
        MigrationCounters? counters;
        try
        {
            counters = await _run.Source.GetJobAsync(_run.Plan.Uuid, CancellationToken.None);
        }
        catch (HypervisorException error)
        {
            // A failed poll is not a failed migration: libvirt refuses polls in some of its own states.
            return error.Fault == HypervisorFault.VmNotFound ? JobLook.NoJob : JobLook.NoAnswer;
        }

        if (counters is null)
        {
            return JobLook.NoJob;
        }

        _last = Estimator.Sample(counters, _observes ? null : _schedule.Outlook(counters.Iteration));
        MaxThrottle = counters.Throttle is int throttle ? Math.Max(throttle, MaxThrottle ?? 0) : MaxThrottle;
        PeakRate = counters.MemoryRate is Bandwidth rate && !(rate <= PeakRate) ? rate : PeakRate;
        SentMemory |= counters.MemoryProcessed.Bytes > 0;
        _progress?.Report(_last);
        if (!LetGo())
        {
            await SteerAsync(counters);
        }

        return JobLook.UnderWay;
    }

    /// <summary>Waits until there is something to look at: an event, the end of the call, or the time.</summary>
    /// <param name="call">The hypervisor's call; null: another shell's daemon drives it.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task NextAsync(Task? call, CancellationToken stop)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task delay = Task.Delay(Stopwatch.GetElapsedTime(_began) < s_earlyPeriod ? s_earlyInterval : ToTheNextTick(), waiting.Token);
        List<Task> anyOf = [delay];
        if (call is not null)
        {
            anyOf.Add(call);
        }

        if (!_events.Events.Completion.IsCompleted)
        {
            // A new pass is looked at when it begins, so that no step of the schedule misses it. The wait outlasts the sample: to cancel
            // it each time would cost more than the sample itself.
            _nextEvent = _nextEvent is { IsCompleted: false } ? _nextEvent : _events.Events.WaitToReadAsync(CancellationToken.None).AsTask();
            anyOf.Add(_nextEvent);
        }

        if (await Task.WhenAny(anyOf) != delay)
        {
            await waiting.CancelAsync();
        }
    }

    // All that are watched are looked at in the same moment: a process that wakes once for twenty costs less than one that wakes for each.
    private static TimeSpan ToTheNextTick() => s_laterInterval - new TimeSpan(Stopwatch.GetElapsedTime(0).Ticks % s_laterInterval.Ticks);

    private async Task SteerAsync(MigrationCounters counters)
    {
        if (_reasonToGiveUp is string reason)
        {
            await GiveUpAsync(reason);
        }
        else if (_longestPause is TimeSpan longest)
        {
            await EndPauseAsync(longest);
        }
        else if (!InPostCopy && _schedule.Due(ScheduleMoment.Of(counters)) is DueStep due && await MayAsync())
        {
            await TakeAsync(due, counters);
        }
    }

    // Asked anew before each thing that is done: another shell must not have taken over since the last renewal.
    private async Task<bool> MayAsync() => _lease is null || await _lease.IsMineAsync() || !LetGo();

    private bool LetGo()
    {
        if (!_observes && _lease?.TakenBy is MigrationLease other)
        {
            _observes = true;
            Note("steering ended", $"{other} took the migration over at {MigrationOwnership.Moment(other.TakenAt)}; this shell only observes");
        }

        return _observes;
    }

    // The guest stands: nothing of the schedule is worth more of its time.
    private async Task EndPauseAsync(TimeSpan longest)
    {
        if (_clock.GetElapsedTime(_pausedAt) < longest)
        {
            return;
        }

        _reasonToGiveUp = $"policy {_run.Plan.Policy}: the guest has stood for {DurationText.Exact(longest)}";
        await GiveUpAsync(_reasonToGiveUp);
    }

    private async Task GiveUpAsync(string reason)
    {
        if (AbortedBySchedule || !await MayAsync())
        {
            return;
        }

        try
        {
            await _run.Source.AbortJobAsync(_run.Plan.Uuid, CancellationToken.None);
            AbortedBySchedule = true;
            Note("abort", reason);
        }
        catch (HypervisorException)
        {
            // It ended in this very moment; if not, it is tried again with the next sample.
        }
    }

    private async Task TakeAsync(DueStep due, MigrationCounters counters)
    {
        Guid vm = _run.Plan.Uuid;
        ConvergenceStep step = due.Step;
        string reason = step == _run.Plan.Timeout ? $"-Timeout, '{step}': {counters.MemoryRemaining} remaining"
            : due.Deadline ? $"policy {_run.Plan.Policy}, deadline '{step}': {counters.MemoryRemaining} remaining"
            : step.StalledFor is not null ? $"policy {_run.Plan.Policy}, '{step}': {counters.MemoryRemaining} remaining"
            : $"policy {_run.Plan.Policy}: not finished in pass {counters.Iteration}, {counters.MemoryRemaining} remaining";
        try
        {
            switch (step.Action)
            {
                case ConvergenceAction.SetDowntime when due.Downtime is TimeSpan downtime:
                    await _run.Source.SetMaxDowntimeAsync(vm, downtime, CancellationToken.None);
                    LastDowntime = downtime;
                    Note($"downtime limit {DurationText.Format(downtime)}", reason);
                    break;
                case ConvergenceAction.Finish when due.Downtime is TimeSpan enough:
                    await _run.Source.SetMaxDowntimeAsync(vm, enough, CancellationToken.None);
                    LastDowntime = enough;
                    Note($"finish by force, downtime limit {DurationText.Format(enough)}", reason);
                    break;
                case ConvergenceAction.SetBandwidth when step.Bandwidth is Bandwidth bandwidth:
                    await _run.Source.SetMaxBandwidthAsync(vm, bandwidth, CancellationToken.None);
                    Note($"bandwidth {bandwidth}", reason);
                    break;
                case ConvergenceAction.Pause when step.UpTo is TimeSpan longest:
                    await _run.Source.SuspendAsync(vm, CancellationToken.None);
                    _longestPause = longest;
                    _pausedAt = _clock.GetTimestamp();
                    Note("pause", reason);
                    break;
                case ConvergenceAction.StartPostCopy:
                    await _run.Source.StartPostCopyAsync(vm, CancellationToken.None);
                    EnterPostCopy();
                    Note("post-copy", reason);
                    break;
                case ConvergenceAction.Abort:
                    _reasonToGiveUp = reason;
                    await GiveUpAsync(reason);
                    break;
            }
        }
        catch (HypervisorException error)
        {
            // Most often the migration ended in this very moment; if not, the next step follows.
            Note($"{step.Action} failed", error.Message);
        }
    }
}
