using System.Management.Automation;
using VirtMigration.Convergence;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>One progress bar a VM, and the same in few words for its child job.</summary>
/// <param name="output">Takes them.</param>
/// <param name="parentActivity">The bar they stand below; -1: none.</param>
internal sealed class ProgressBars(ICommandOutput output, int parentActivity = -1)
{
    // Above what scripts use for their own bars, and never the same twice: the bars of several jobs can be received at once.
    private static int s_lastActivity = 1000;

    private readonly Dictionary<Guid, int> _activities = [];

    public void Waiting(MigrationPlan plan, string reason)
    {
        output.Status(plan.Uuid, $"waiting: {reason}");
        Write(plan, $"waiting: {reason}", -1, null);
    }

    public void Starting(MigrationPlan plan)
    {
        output.Status(plan.Uuid, "preparing");
        Write(plan, "preparing", 0, null);
    }

    public void Show(MigrationPlan plan, MigrationSample sample)
    {
        if (sample.Phase == MigrationPhase.Ended)
        {
            return;
        }

        // The minimal view shows the status only, and cuts it at the end: what matters most comes first.
        string status = sample.Phase switch
        {
            MigrationPhase.PreCopy => $"pass {Math.Max(1, sample.Pass)}, {sample.Outlook}; {sample.Remaining} of {sample.Total} in this pass{Throttle(sample)}",
            MigrationPhase.PostCopy => $"post-copy, {sample.Outlook}; {sample.Remaining} of {sample.Total}",
            _ => "preparing",
        };
        output.Status(plan.Uuid, sample.Phase switch
        {
            MigrationPhase.PreCopy => $"pre-copy, {sample.Percent} %",
            MigrationPhase.PostCopy => $"post-copy, {sample.Percent} %",
            _ => "preparing",
        });
        Write(plan, status, sample.Percent, sample.Eta);
    }

    private static string Throttle(MigrationSample sample) => sample.Throttle is int percent ? $", vCPUs slowed by {percent} %" : string.Empty;

    public void Done(MigrationPlan plan)
    {
        ProgressRecord record = Record(plan, "done");
        record.RecordType = ProgressRecordType.Completed;
        output.WriteProgress(plan.Uuid, record);
    }

    private void Write(MigrationPlan plan, string status, int percent, TimeSpan? eta)
    {
        ProgressRecord record = Record(plan, status);
        record.PercentComplete = percent;
        record.SecondsRemaining = eta is TimeSpan left ? (int)Math.Ceiling(left.TotalSeconds) : -1;
        output.WriteProgress(plan.Uuid, record);
    }

    private ProgressRecord Record(MigrationPlan plan, string status)
    {
        if (!_activities.TryGetValue(plan.Uuid, out int activity))
        {
            _activities[plan.Uuid] = activity = Interlocked.Increment(ref s_lastActivity);
        }

        return new(activity, $"{plan.VM}: {plan.Source} -> {plan.Destination}", status) { ParentActivityId = parentActivity };
    }
}
