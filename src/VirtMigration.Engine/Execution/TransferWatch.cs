using System.Diagnostics;
using System.Threading.Channels;
using VirtMigration.Convergence;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Watches one transfer from its start to its end: samples, the schedule's steps, and the wish to stop.</summary>
internal sealed class TransferWatch
{
    // A migration of a small guest takes a second, so the first ones are close together; later once a second is enough for a person.
    private static readonly TimeSpan s_earlyInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_laterInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_earlyPeriod = TimeSpan.FromSeconds(10);

    // An abort asked for before the job exists is refused, so it is asked for again until the call returns or patience ends.
    private static readonly TimeSpan s_abortRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_abortPatience = TimeSpan.FromSeconds(8);

    private readonly MigrationRun _run;
    private readonly IMigrationEvents _events;
    private readonly IProgress<MigrationSample>? _progress;
    private readonly TimeProvider _clock;
    private readonly ScheduleController _schedule;
    private readonly List<MigrationAction> _actions = [];

    private Task<bool>? _nextEvent;
    private MigrationSample? _last;
    private bool _inPostCopy;
    private TimeSpan? _longestPause;
    private string? _reasonToGiveUp;
    private long _pausedAt;

    public TransferWatch(MigrationRun run, IMigrationEvents events, IProgress<MigrationSample>? progress, TimeProvider clock)
    {
        _run = run;
        _events = events;
        _progress = progress;
        _clock = clock;
        _schedule = new(run.Plan.Schedule, run.Plan.Deadlines, run.Plan.StepInterval, run.Plan.InitialDowntime, clock);
        Estimator = new(run.Plan.VM, run.Plan.Source, run.Plan.Destination, clock);
        Used = run.Plan.Transfer;
    }

    public ProgressEstimator Estimator { get; }

    /// <summary>What was handed to the hypervisor last.</summary>
    public TransferSettings Used { get; private set; }

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

    /// <summary>Notes something that was done.</summary>
    public void Note(string action, string reason) =>
        _actions.Add(new(_clock.GetUtcNow(), action, reason, _last?.Pass ?? 0, _last?.Remaining ?? default));

    /// <summary>Hands the transfer over and returns when its call returned, or when it was left to go on.</summary>
    public async Task<TransferEnd> RunAsync(TransferSettings settings, CancellationToken stop)
    {
        Used = settings;
        Task call = _run.Source.MigrateAsync(_run.Plan.Uuid, settings, _run.Destination);
        long start = Stopwatch.GetTimestamp();
        while (!call.IsCompleted && !stop.IsCancellationRequested)
        {
            await SampleAsync();
            await NextAsync(call, Stopwatch.GetElapsedTime(start) < s_earlyPeriod ? s_earlyInterval : s_laterInterval, stop);
        }

        // What came while the call returned belongs to it as well.
        bool detached = stop.IsCancellationRequested && !await StopAsync(call);
        TransferEnd end = detached ? new(null, true, true) : new(await ErrorOfAsync(call), stop.IsCancellationRequested, false);
        await DrainAsync(end);
        return end;
    }

    // libvirt sends the completed counters just before the call returns, over another connection.
    private async Task DrainAsync(TransferEnd end)
    {
        ReadEvents();
        if (end.Error is null && !end.Detached && Completed is null)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(200));
            try
            {
                while (Completed is null && await _events.Events.WaitToReadAsync(patience.Token))
                {
                    ReadEvents();
                }
            }
            catch (Exception error) when (error is OperationCanceledException or HypervisorException or ChannelClosedException)
            {
                // The event is late, or its connection broke: the completed job is asked for instead.
            }
        }
    }

    private void ReadEvents()
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

    /// <summary>Notes that the guest runs on the destination: there is no step left to take, and no way back.</summary>
    public void EnterPostCopy()
    {
        _inPostCopy = true;
        Estimator.EnterPostCopy();
    }

    private async Task SampleAsync()
    {
        ReadEvents();
        MigrationCounters? counters;
        try
        {
            counters = await _run.Source.GetJobAsync(_run.Plan.Uuid, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // A failed poll is not a failed migration: libvirt refuses polls in some of its own states.
            return;
        }

        if (counters is null)
        {
            return;
        }

        _last = Estimator.Sample(counters, _schedule.Outlook(counters.Iteration));
        MaxThrottle = counters.Throttle is int throttle ? Math.Max(throttle, MaxThrottle ?? 0) : MaxThrottle;
        PeakRate = counters.MemoryRate is Bandwidth rate && !(rate <= PeakRate) ? rate : PeakRate;
        SentMemory |= counters.MemoryProcessed.Bytes > 0;
        _progress?.Report(_last);
        if (_reasonToGiveUp is string reason)
        {
            await GiveUpAsync(reason);
        }
        else if (_longestPause is TimeSpan longest)
        {
            await EndPauseAsync(longest);
        }
        else if (!_inPostCopy && _schedule.Due(ScheduleMoment.Of(counters)) is DueStep due)
        {
            await TakeAsync(due, counters);
        }
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
        if (AbortedBySchedule)
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

    private async Task NextAsync(Task call, TimeSpan interval, CancellationToken stop)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task delay = Task.Delay(interval, waiting.Token);
        List<Task> anyOf = [call, delay];
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

    // True: the call returned. False: it goes on, in post-copy or because nothing answers.
    private async Task<bool> StopAsync(Task call)
    {
        long start = Stopwatch.GetTimestamp();
        Note("stop requested", "the operator interrupted the command");
        while (!call.IsCompleted && Stopwatch.GetElapsedTime(start) < s_abortPatience)
        {
            ReadEvents();
            if (_inPostCopy)
            {
                Note("detached", "the guest already runs on the destination and its memory follows: aborting would lose it");
                return false;
            }

            try
            {
                await _run.Source.AbortJobAsync(_run.Plan.Uuid, CancellationToken.None).WaitAsync(s_abortPatience);
            }
            catch (Exception error) when (error is HypervisorException or TimeoutException)
            {
                // There is no job yet, or no longer; or post-copy has begun, which the event will say.
            }

            await Task.WhenAny(call, Task.Delay(s_abortRetry));
        }

        return call.IsCompleted;
    }

    private static async Task<HypervisorException?> ErrorOfAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (HypervisorException error)
        {
            return error;
        }
    }
}
