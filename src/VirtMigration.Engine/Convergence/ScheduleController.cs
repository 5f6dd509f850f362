using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>Runs a policy's schedule and its deadlines: moments in, steps out. Of the schedule at most one step is taken at a time, no
/// two closer together than the interval, and none is skipped; each deadline comes once, whenever it is due.</summary>
public sealed class ScheduleController
{
    // QEMU judges by the rate of its last tenth of a second, which dips below the smoothed one: KubeVirt takes 1.5 as well
    // (PrecopyPossibleFactor).
    private const double RateMayDip = 1.5;

    // A forced finish that did not suffice is repeated in a new pass, but not with each of many short ones.
    private static readonly TimeSpan s_finishPace = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<ConvergenceStep> _schedule;
    private readonly List<ConvergenceStep> _deadlines;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;
    private readonly StallDetector _stall = new();

    private TimeSpan _downtime;
    private int _next;

    // A first step that states no condition lets the first pass go by, as those of other managers do.
    private int _passOfLastStep = 1;
    private long? _lastStepAt;
    private ByteSize? _lowest;
    private ByteSize? _before;
    private TimeSpan _lowestAt;
    private int _rises;
    private int _risesAtLastStep;
    private int _throttle;
    private TimeSpan? _throttledAt;
    private DueStep? _finishing;
    private int _finishPass;
    private long _finishAt;
    private (int Next, int Deadlines, int Pass, int Seconds) _aheadFor = (-1, 0, 0, 0);
    private string? _ahead;

    /// <summary>Creates it.</summary>
    /// <param name="schedule">The steps, in order.</param>
    /// <param name="deadlines">What is done once when it becomes due.</param>
    /// <param name="interval">The least time between two steps of the schedule.</param>
    /// <param name="downtime">The downtime allowed at the start.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="start">Where a schedule goes on that another shell began; null: at its beginning.</param>
    public ScheduleController(
        IReadOnlyList<ConvergenceStep> schedule,
        IReadOnlyList<ConvergenceStep> deadlines,
        TimeSpan interval,
        TimeSpan downtime,
        TimeProvider clock,
        SchedulePosition? start = null)
    {
        _schedule = schedule;
        _deadlines = [.. start is null ? deadlines : start.Deadlines];
        _interval = interval;
        _downtime = start?.Downtime ?? downtime;
        _clock = clock;
        _next = start?.Next ?? 0;
        _passOfLastStep = start?.PassOfLastStep ?? _passOfLastStep;
        _lastStepAt = _next > 0 ? clock.GetTimestamp() : null;
    }

    /// <summary>The step that is due now; null: none. What is returned counts as taken.</summary>
    /// <param name="moment">How the migration stands.</param>
    public DueStep? Due(ScheduleMoment moment)
    {
        if (!moment.HasBegun)
        {
            return null;
        }

        Observe(moment);
        return DueDeadline(moment) ?? (_finishing is null ? DueStepOfSchedule(moment) : FinishAgain(moment));
    }

    /// <summary>Whether the migration gets on.</summary>
    public StallDetector Stall => _stall;

    /// <summary>What is allowed now and what comes next.</summary>
    /// <param name="pass">The present pass.</param>
    public ScheduleOutlook Outlook(int pass)
    {
        // Steps change rarely and moments come often.
        int seconds = SecondsUntilNext();
        if (_aheadFor != (_next, _deadlines.Count, pass, seconds))
        {
            _aheadFor = (_next, _deadlines.Count, pass, seconds);
            _ahead = _next < _schedule.Count ? StepText.Ahead(_schedule[_next], _passOfLastStep + 1, pass, TimeSpan.FromSeconds(seconds))
                : _deadlines.Count > 0 ? StepText.Ahead(_deadlines[0], pass, pass, TimeSpan.Zero)
                : null;
        }

        return new(_downtime, _ahead);
    }

    // The interval may hold a step back that is due by its pass.
    private int SecondsUntilNext() =>
        _lastStepAt is long last && _interval - _clock.GetElapsedTime(last) is { Ticks: > 0 } wait ? (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalSeconds)) : 0;

    private void Observe(ScheduleMoment moment)
    {
        _stall.Observe(moment);
        if (_lowest is not ByteSize lowest || moment.Remaining < lowest)
        {
            _lowest = moment.Remaining;
            _lowestAt = moment.Elapsed;
        }

        if (_before is ByteSize before && (moment.Remaining > before || moment.Remaining.Bytes == 0))
        {
            _rises++;
        }

        if (moment.Throttle > _throttle)
        {
            _throttle = moment.Throttle.Value;
            _throttledAt = moment.Elapsed;
        }

        _before = moment.Remaining;
    }

    private DueStep? DueDeadline(ScheduleMoment moment)
    {
        for (int i = 0; i < _deadlines.Count; i++)
        {
            if (Holds(_deadlines[i], moment, _rises))
            {
                ConvergenceStep step = _deadlines[i];
                _deadlines.RemoveAt(i);
                return Taken(new(step, Allow(step, moment), Deadline: true), moment);
            }
        }

        return null;
    }

    private DueStep? DueStepOfSchedule(ScheduleMoment moment)
    {
        if (_next >= _schedule.Count || (_lastStepAt is long last && _clock.GetElapsedTime(last) < _interval))
        {
            return null;
        }

        ConvergenceStep step = _schedule[_next];
        bool due = step.SaysNothing() ? moment.Pass > _passOfLastStep : Holds(step, moment, _rises - _risesAtLastStep);
        if (!due)
        {
            return null;
        }

        TimeSpan? downtime = Allow(step, moment);
        if (step.Factor is null || _downtime >= step.UpTo)
        {
            _next++;
        }

        _passOfLastStep = moment.Pass;
        _risesAtLastStep = _rises;
        _lastStepAt = _clock.GetTimestamp();
        return Taken(new(step, downtime, Deadline: false), moment);
    }

    private DueStep Taken(DueStep due, ScheduleMoment moment)
    {
        if (due.Step.Action == ConvergenceAction.Finish)
        {
            _finishing = due.Downtime < LongestOf(due.Step) ? due : null;
            _finishPass = moment.Pass;
            _finishAt = _clock.GetTimestamp();
        }

        return due;
    }

    // A new pass began, so what was allowed did not suffice: at least twice as much, until the bound. Then the schedule goes on.
    private DueStep? FinishAgain(ScheduleMoment moment) =>
        _finishing is DueStep due && moment.Pass > _finishPass && _clock.GetElapsedTime(_finishAt) >= s_finishPace
            ? Taken(due with { Downtime = Allow(due.Step, moment, least: 2 * _downtime) }, moment)
            : null;

    private static TimeSpan LongestOf(ConvergenceStep finish) => finish.UpTo ?? QemuLimits.LongestDowntime;

    private bool Holds(ConvergenceStep step, ScheduleMoment moment, int rises) =>
        (step.AfterPass is not int pass || moment.Pass > pass)
        && !step.IsBeforeItsTime(moment)
        && (step.NoProgressFor is not TimeSpan idle || moment.Elapsed - _lowestAt >= idle)
        && (step.AfterRises is not int wanted || rises >= wanted)
        && (step.StalledFor is not TimeSpan window || IsStalled(step, moment, window));

    // Auto-converge slows the vCPUs in steps, of which only the last ones show in what is left. To give up between them would be too early;
    // whatever else is done about a stall spares the guest from being slowed down further.
    private bool IsStalled(ConvergenceStep step, ScheduleMoment moment, TimeSpan window) =>
        _stall.Verdict(window) >= (step.WaitsForLow() ? StallVerdict.ActNow : StallVerdict.Stalled)
        && !(step.Action == ConvergenceAction.Abort && moment.Elapsed - _throttledAt < window);

    private TimeSpan Multiplied(decimal factor, TimeSpan most) =>
        factor >= (decimal)most.Ticks / _downtime.Ticks ? most : new((long)(_downtime.Ticks * factor));

    // Never less than before: a downtime that was allowed is not taken back.
    private TimeSpan? Allow(ConvergenceStep step, ScheduleMoment moment, TimeSpan least = default)
    {
        if (step.Action is not (ConvergenceAction.SetDowntime or ConvergenceAction.Finish))
        {
            return null;
        }

        TimeSpan wanted = step.Action == ConvergenceAction.Finish ? Needed(step, moment, least)
            : step.Factor is decimal factor ? Multiplied(factor, step.UpTo ?? TimeSpan.MaxValue)
            : step.Downtime ?? _downtime;
        _downtime = wanted > _downtime ? wanted : _downtime;
        return _downtime;
    }

    // In whole milliseconds, which is QEMU's unit. Where no rate is known, as much as is allowed: what is asked for is an end.
    private TimeSpan Needed(ConvergenceStep finish, ScheduleMoment moment, TimeSpan least)
    {
        TimeSpan longest = LongestOf(finish);
        double rate = (_stall.Rate?.BitsPerSecond ?? 0) / 8.0;
        long left = Math.Max(_stall.Level.Bytes, moment.Remaining.Bytes);
        double seconds = rate > 0 ? Math.Min(RateMayDip * left / rate, longest.TotalSeconds) : longest.TotalSeconds;
        TimeSpan needed = TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000));
        needed = needed < least ? least : needed;
        return needed < longest ? needed : longest;
    }
}
