using VirtMigration.Policies;

namespace VirtMigration.Convergence;

/// <summary>Runs a policy's schedule: passes in, steps out. A step is due in the first pass after its own; at most one step is taken
/// at a time, no two closer together than the interval, and none is skipped.</summary>
/// <param name="schedule">The steps.</param>
/// <param name="interval">The least time between two steps.</param>
/// <param name="clock">The clock.</param>
public sealed class ScheduleController(IReadOnlyList<ConvergenceStep> schedule, TimeSpan interval, TimeProvider clock)
{
    private int _next;
    private int _passOfLastStep;
    private long? _lastStepAt;

    /// <summary>The step that is due now; null: none. What is returned counts as taken.</summary>
    /// <param name="pass">The pass under way; 1 is the first.</param>
    public ConvergenceStep? Due(int pass)
    {
        if (_next >= schedule.Count || (_lastStepAt is long last && clock.GetElapsedTime(last) < interval))
        {
            return null;
        }

        ConvergenceStep step = schedule[_next];
        if (pass <= (step.AfterPass ?? _passOfLastStep))
        {
            return null;
        }

        _next++;
        _passOfLastStep = pass;
        _lastStepAt = clock.GetTimestamp();
        return step;
    }
}
