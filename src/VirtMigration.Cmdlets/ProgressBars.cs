using System.Management.Automation;
using VirtMigration.Convergence;
using VirtMigration.Planning;
using VirtMigration.Units;

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

        string phase = sample.Phase switch
        {
            MigrationPhase.PreCopy => $"pre-copy, pass {Math.Max(1, sample.Pass)}",
            MigrationPhase.PostCopy => "post-copy",
            _ => "preparing",
        };
        string remaining = sample.Phase == MigrationPhase.Preparing ? string.Empty : $", {sample.Remaining} of {sample.Total} left";
        string rate = sample.Rate is Bandwidth sending ? $", {sending}" : string.Empty;
        string dirty = sample.DirtyRate is Bandwidth written ? $" (written: {written})" : string.Empty;
        Write(plan, $"{phase}{remaining}{rate}{dirty}", sample.Percent, sample.Eta);
    }

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
