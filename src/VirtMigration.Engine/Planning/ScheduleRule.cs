using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What is done as long as the migration has not finished.</summary>
internal static class ScheduleRule
{
    public static (IReadOnlyList<ConvergenceStep> Schedule, IReadOnlyList<ConvergenceStep> Deadlines) Apply(
        PlanContext context, PostCopyMode postCopy, TimeSpan downtime, ConvergenceStep? timeout)
    {
        MigrationPolicy policy = context.Policy;
        IReadOnlyList<ConvergenceStep> schedule = Fitting(policy.Schedule, postCopy, downtime);
        IReadOnlyList<ConvergenceStep> deadlines = Fitting(policy.Deadlines, postCopy, downtime);
        if (timeout is not null)
        {
            schedule = UntilThen(schedule, timeout);
            deadlines = (ConvergenceStep[])[timeout, .. deadlines.Where(step => !EndsInTime(step))];
        }

        if (!schedule.Concat(deadlines).Any(step => step.EndsIt()))
        {
            // Post-copy was its only end.
            schedule = (ConvergenceStep[])[.. schedule, new() { Action = ConvergenceAction.Abort }];
        }

        string pace = $"policy {policy.Name}, steps at least {DurationText.Exact(policy.StepInterval)} apart";
        context.Record("Schedule", Text(policy.Schedule), SettingOrigin.Policy, Text(schedule),
            policy.Schedule.SequenceEqual(schedule) ? pace : $"{pace}; fitted to the downtime, post-copy and timeout above");
        context.Record("Deadlines", Text(policy.Deadlines), SettingOrigin.Policy, Text(deadlines),
            timeout is null ? $"policy {policy.Name}" : $"policy {policy.Name}; the timeout above takes the place of its own");
        return (schedule, deadlines);
    }

    // Whoever states what is to be done at the end of a time wants the migration tried until then: giving up comes after it. A switch that
    // failed is given up then; a finish by force is seen to its end.
    private static IReadOnlyList<ConvergenceStep> UntilThen(IReadOnlyList<ConvergenceStep> schedule, ConvergenceStep timeout) => timeout.Action switch
    {
        ConvergenceAction.Abort => schedule,
        ConvergenceAction.Finish => (ConvergenceStep[])[.. schedule.Where(step => step.Action != ConvergenceAction.Abort)],
        _ => (ConvergenceStep[])
        [
            .. schedule.Where(step => step.Action != ConvergenceAction.Abort),
            timeout with { Action = ConvergenceAction.Abort, UpTo = null },
        ],
    };

    // The policy's own timeout: a step that ends the migration by time alone.
    private static bool EndsInTime(ConvergenceStep step) =>
        step.EndsIt() && step is { AfterPass: null, NoProgressFor: null, AfterRises: null, StalledFor: null };

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
