using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>How far a schedule has come that another shell began: told from the pass, the time, the downtime limit and the bandwidth, and
/// from whether the guest stands. Steps are taken in order, so all before the last one that shows have been taken, and none of them is
/// taken again. How long it has made no progress is not known, and counts from now; nor is when the last step was taken, so the next
/// one waits for the interval and, where it states no condition, for a new pass.</summary>
public sealed record SchedulePosition
{
    /// <summary>The first step that has not been taken.</summary>
    public required int Next { get; init; }

    /// <summary>The pass of the last step that was taken: at the latest the present one. 1: none was.</summary>
    public required int PassOfLastStep { get; init; }

    /// <summary>The downtime allowed now.</summary>
    public required TimeSpan Downtime { get; init; }

    /// <summary>The deadlines that have not been taken.</summary>
    public required IReadOnlyList<ConvergenceStep> Deadlines { get; init; }

    /// <summary>The step that made the guest stand; null: none.</summary>
    public ConvergenceStep? Pausing { get; init; }

    /// <summary>Finds it.</summary>
    /// <param name="schedule">The steps, in order.</param>
    /// <param name="deadlines">What is done once when it becomes due.</param>
    /// <param name="initial">The downtime allowed at the start.</param>
    /// <param name="now">What the migration shows.</param>
    public static SchedulePosition Find(
        IReadOnlyList<ConvergenceStep> schedule, IReadOnlyList<ConvergenceStep> deadlines, TimeSpan initial, PositionSigns now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(deadlines);
        ArgumentNullException.ThrowIfNull(now);
        int last = -1;
        int pass = 1;
        ConvergenceStep? pausing = null;
        for (int i = 0; i < schedule.Count; i++)
        {
            ConvergenceStep step = schedule[i];
            pass = Math.Max(pass, step.AfterPass + 1 ?? (step.SaysNothing() ? pass + 1 : pass));
            if (!CanHaveBeenDue(step, pass, now.Moment) || !MayBeBehind(step, now))
            {
                break;
            }

            if (Shows(step, now))
            {
                last = i;
                pausing = step.Action == ConvergenceAction.Pause ? step : pausing;
            }
        }

        List<ConvergenceStep> open = [];
        foreach (ConvergenceStep step in deadlines)
        {
            bool taken = CanHaveBeenDue(step, step.AfterPass + 1 ?? 1, now.Moment) && Shows(step, now);
            pausing = taken && step.Action == ConvergenceAction.Pause ? pausing ?? step : pausing;
            open.AddRange(taken ? [] : [step]);
        }

        return new()
        {
            Next = last + 1,
            PassOfLastStep = last < 0 ? 1 : Math.Max(1, now.Moment.Pass),
            Downtime = now.Downtime > initial ? now.Downtime : initial,
            Deadlines = open,
            Pausing = pausing,
        };
    }

    // What it says of progress and of stalls may have held at any time.
    private static bool CanHaveBeenDue(ConvergenceStep step, int pass, ScheduleMoment moment) =>
        moment.Pass >= (step.AfterPass is null && !step.SaysNothing() ? 0 : pass) && !step.IsBeforeItsTime(moment);

    // Only these show that they have not been taken: no later one has been taken either.
    private static bool MayBeBehind(ConvergenceStep step, PositionSigns now) => step.Action switch
    {
        ConvergenceAction.Abort => false,
        ConvergenceAction.SetDowntime when step.Factor is null => now.Downtime >= step.Downtime,
        ConvergenceAction.SetDowntime => now.Downtime >= step.UpTo,
        _ => true,
    };

    private static bool Shows(ConvergenceStep step, PositionSigns now) => step.Action switch
    {
        ConvergenceAction.SetDowntime => now.Downtime >= (step.Downtime ?? step.UpTo),
        ConvergenceAction.SetBandwidth => now.Bandwidth is Bandwidth rate && step.Bandwidth is Bandwidth wanted
            && rate.ToMebibytesPerSecond() == wanted.ToMebibytesPerSecond(),

        // Less than that does not show by whom it was allowed; the step is taken again when it is due, and never allows less.
        ConvergenceAction.Finish => now.Downtime >= (step.UpTo ?? QemuLimits.LongestDowntime),
        ConvergenceAction.Pause => now.Stands,
        _ => false,
    };
}
