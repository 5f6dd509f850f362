using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What is done as long as the migration has not finished.</summary>
internal static class ScheduleRule
{
    public static (IReadOnlyList<ConvergenceStep> Schedule, IReadOnlyList<ConvergenceStep> Deadlines) Apply(
        PlanContext context, PostCopyMode postCopy, TimeSpan downtime)
    {
        MigrationPolicy policy = context.Policy;
        IReadOnlyList<ConvergenceStep> schedule = Fitting(policy.Schedule, postCopy, downtime);
        IReadOnlyList<ConvergenceStep> deadlines = Fitting(policy.Deadlines, postCopy, downtime);
        if (!schedule.Concat(deadlines).Any(step => step.EndsIt()))
        {
            // Post-copy was its only end.
            schedule = (ConvergenceStep[])[.. schedule, new() { Action = ConvergenceAction.Abort }];
        }

        string pace = $"policy {policy.Name}, steps at least {DurationText.Exact(policy.StepInterval)} apart";
        context.Record("Schedule", Text(policy.Schedule), SettingOrigin.Policy, Text(schedule),
            policy.Schedule.SequenceEqual(schedule) ? pace : $"{pace}; fitted to the downtime and post-copy above");
        context.Record("Deadlines", Text(policy.Deadlines), SettingOrigin.Policy, Text(deadlines), $"policy {policy.Name}");
        return (schedule, deadlines);
    }

    // A step never takes back what was allowed at the start, and no step leads to post-copy where there is none.
    private static IReadOnlyList<ConvergenceStep> Fitting(IReadOnlyList<ConvergenceStep> steps, PostCopyMode postCopy, TimeSpan downtime) =>
        steps.All(step => Fits(step, postCopy, downtime))
            ? steps
            : (ConvergenceStep[])
            [
                .. steps
                    .Where(step => step.Action != ConvergenceAction.StartPostCopy || postCopy == PostCopyMode.Scheduled)
                    .Select(step => step.Downtime < downtime ? step with { Downtime = downtime }
                        : step.Factor is not null && step.UpTo < downtime ? step with { UpTo = downtime }
                        : step),
            ];

    private static bool Fits(ConvergenceStep step, PostCopyMode postCopy, TimeSpan downtime) =>
        (step.Action != ConvergenceAction.StartPostCopy || postCopy == PostCopyMode.Scheduled)
        && !(step.Downtime < downtime)
        && !(step.Factor is not null && step.UpTo < downtime);

    private static string Text(IReadOnlyList<ConvergenceStep> steps) => steps.Count == 0 ? "none" : string.Join(", ", steps);
}
