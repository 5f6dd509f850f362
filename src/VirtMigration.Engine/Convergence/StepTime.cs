using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>The times that steps state, counted from the start of the migration.</summary>
internal static class StepTime
{
    private const decimal BytesPerGiB = 1L << 30;

    /// <summary>Whether a time that the step states has not come.</summary>
    /// <param name="step">The step.</param>
    /// <param name="moment">How the migration stands.</param>
    public static bool IsBeforeItsTime(this ConvergenceStep step, ScheduleMoment moment) =>
        moment.Elapsed < step.After || (step.AfterPerGiB is TimeSpan perGiB && moment.Elapsed < Scaled(perGiB, moment.Data, step.AtLeastGiB));

    /// <summary>When it is due by the times that it states, from the start; null: it states none.</summary>
    /// <param name="step">The step.</param>
    /// <param name="data">All that is to be moved.</param>
    public static TimeSpan? DueAt(this ConvergenceStep step, ByteSize data)
    {
        TimeSpan? scaled = step.AfterPerGiB is TimeSpan perGiB ? Scaled(perGiB, data, step.AtLeastGiB) : null;
        return step.After > scaled || scaled is null ? step.After : scaled;
    }

    private static TimeSpan Scaled(TimeSpan perGiB, ByteSize data, int? least) =>
        new((long)Math.Min(long.MaxValue / 2, perGiB.Ticks * Math.Max(data.Bytes / BytesPerGiB, least ?? 0)));
}
