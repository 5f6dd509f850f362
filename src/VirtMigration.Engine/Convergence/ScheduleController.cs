using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>Runs a policy's schedule and its deadlines: moments in, steps out. Of the schedule at most one step is taken at a time, no
/// two closer together than the interval, and none is skipped; each deadline comes once, whenever it is due.</summary>
public sealed class ScheduleController
{
    private const decimal BytesPerGiB = 1L << 30;

    private readonly IReadOnlyList<ConvergenceStep> _schedule;
    private readonly List<ConvergenceStep> _deadlines;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _clock;

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

    /// <summary>Creates it.</summary>
    /// <param name="schedule">The steps, in order.</param>
    /// <param name="deadlines">What is done once when it becomes due.</param>
    /// <param name="interval">The least time between two steps of the schedule.</param>
    /// <param name="downtime">The downtime allowed at the start.</param>
    /// <param name="clock">The clock.</param>
    public ScheduleController(
        IReadOnlyList<ConvergenceStep> schedule, IReadOnlyList<ConvergenceStep> deadlines, TimeSpan interval, TimeSpan downtime, TimeProvider clock)
    {
        _schedule = schedule;
        _deadlines = [.. deadlines];
        _interval = interval;
        _downtime = downtime;
        _clock = clock;
    }

    /// <summary>The step that is due now; null: none. What is returned counts as taken.</summary>
    /// <param name="moment">How the migration stands.</param>
    public DueStep? Due(ScheduleMoment moment)
    {
        Observe(moment);
        return DueDeadline(moment) ?? DueStepOfSchedule(moment);
    }

    private void Observe(ScheduleMoment moment)
    {
        if (_lowest is not ByteSize lowest || moment.Remaining < lowest)
        {
            _lowest = moment.Remaining;
            _lowestAt = moment.Elapsed;
        }

        if (_before is ByteSize before && (moment.Remaining > before || moment.Remaining.Bytes == 0))
        {
            _rises++;
        }

        _before = moment.Remaining;
    }

    private DueStep? DueDeadline(ScheduleMoment moment)
    {
        int found = _deadlines.FindIndex(step => Holds(step, moment, _rises));
        if (found < 0)
        {
            return null;
        }

        ConvergenceStep step = _deadlines[found];
        _deadlines.RemoveAt(found);
        return new(step, Allow(step), Deadline: true);
    }

    private DueStep? DueStepOfSchedule(ScheduleMoment moment)
    {
        if (_next >= _schedule.Count || (_lastStepAt is long last && _clock.GetElapsedTime(last) < _interval))
        {
            return null;
        }

        ConvergenceStep step = _schedule[_next];
        bool due = SaysNothing(step) ? moment.Pass > _passOfLastStep : Holds(step, moment, _rises - _risesAtLastStep);
        if (!due)
        {
            return null;
        }

        TimeSpan? downtime = Allow(step);
        if (step.Factor is null || _downtime >= step.UpTo)
        {
            _next++;
        }

        _passOfLastStep = moment.Pass;
        _risesAtLastStep = _rises;
        _lastStepAt = _clock.GetTimestamp();
        return new(step, downtime, Deadline: false);
    }

    private bool Holds(ConvergenceStep step, ScheduleMoment moment, int rises) =>
        (step.AfterPass is not int pass || moment.Pass > pass)
        && (step.After is not TimeSpan after || moment.Elapsed >= after)
        && (step.AfterPerGiB is not TimeSpan perGiB || moment.Elapsed >= Scaled(perGiB, moment.Data, step.AtLeastGiB))
        && (step.NoProgressFor is not TimeSpan idle || moment.Elapsed - _lowestAt >= idle)
        && (step.AfterRises is not int wanted || rises >= wanted);

    private static bool SaysNothing(ConvergenceStep step) =>
        step is { AfterPass: null, After: null, AfterPerGiB: null, NoProgressFor: null, AfterRises: null };

    private static TimeSpan Scaled(TimeSpan perGiB, ByteSize data, int? least) =>
        new((long)Math.Min(long.MaxValue / 2, perGiB.Ticks * Math.Max(data.Bytes / BytesPerGiB, least ?? 0)));

    private TimeSpan Multiplied(decimal factor, TimeSpan most) =>
        factor >= (decimal)most.Ticks / _downtime.Ticks ? most : new((long)(_downtime.Ticks * factor));

    // Never less than before: a downtime that was allowed is not taken back.
    private TimeSpan? Allow(ConvergenceStep step)
    {
        if (step.Action != ConvergenceAction.SetDowntime)
        {
            return null;
        }

        TimeSpan wanted = step.Factor is decimal factor
            ? Multiplied(factor, step.UpTo ?? TimeSpan.MaxValue)
            : step.Downtime ?? _downtime;
        _downtime = wanted > _downtime ? wanted : _downtime;
        return _downtime;
    }
}
