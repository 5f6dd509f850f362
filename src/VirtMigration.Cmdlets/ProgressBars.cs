using System.Management.Automation;
using VirtMigration.Convergence;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>One progress bar a VM.</summary>
/// <param name="cmdlet">Writes them.</param>
internal sealed class ProgressBars(Cmdlet cmdlet)
{
    // Above what scripts use for their own bars.
    private const int FirstActivity = 1000;

    private readonly Dictionary<Guid, int> _activities = [];

    public void Waiting(MigrationPlan plan, string reason) => Write(plan, $"waiting: {reason}", -1, null);

    public void Starting(MigrationPlan plan) => Write(plan, "preparing", 0, null);

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
        Write(plan, status, sample.Percent, sample.Eta);
    }

    private static string Throttle(MigrationSample sample) => sample.Throttle is int percent ? $", vCPUs slowed by {percent} %" : string.Empty;

    public void Done(MigrationPlan plan)
    {
        ProgressRecord record = Record(plan, "done");
        record.RecordType = ProgressRecordType.Completed;
        cmdlet.WriteProgress(record);
    }

    private void Write(MigrationPlan plan, string status, int percent, TimeSpan? eta)
    {
        ProgressRecord record = Record(plan, status);
        record.PercentComplete = percent;
        record.SecondsRemaining = eta is TimeSpan left ? (int)Math.Ceiling(left.TotalSeconds) : -1;
        cmdlet.WriteProgress(record);
    }

    private ProgressRecord Record(MigrationPlan plan, string status)
    {
        if (!_activities.TryGetValue(plan.Uuid, out int activity))
        {
            _activities[plan.Uuid] = activity = FirstActivity + _activities.Count;
        }

        return new(activity, $"{plan.VM}: {plan.Source} -> {plan.Destination}", status);
    }
}
