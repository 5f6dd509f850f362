using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Shares stated bandwidths. A cap is for the link, so those who use a link at the same time share it; libvirt is told on every
/// start and end.</summary>
internal static class LinkShares
{
    /// <summary>Tells each its share, where that changed.</summary>
    /// <param name="running">What a queue runs.</param>
    public static async Task ShareAsync(IEnumerable<QueueEntry> running)
    {
        List<QueueEntry> visible = [.. running.Where(entry => entry.Visible)];
        foreach (QueueEntry entry in visible)
        {
            MigrationRun run = entry.Migration.Run;
            int shares = visible.Count(other =>
                other.Migration.Run.Plan.Source == run.Plan.Source || other.Migration.Run.Plan.Destination == run.Plan.Destination);
            if (shares == entry.Shares || run.Plan.Transfer.Bandwidth.HasNoLimit())
            {
                continue;
            }

            entry.Shares = shares;
            try
            {
                entry.SpeedBefore ??= await run.Source.GetMaxBandwidthAsync(run.Plan.Uuid, CancellationToken.None);
                await run.Source.SetMaxBandwidthAsync(run.Plan.Uuid, run.Plan.Transfer.Bandwidth.DividedBy(shares), CancellationToken.None);
            }
            catch (VirtMigrationException)
            {
                // It ended in this moment, or its share is below what libvirt can be told: TCP shares the link then.
            }
        }
    }

    /// <summary>Puts back the speed that was kept before it was shared: libvirt keeps what was set while it ran, and a virsh user's next
    /// migration would run with it.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="result">How its migration ended.</param>
    public static async Task RestoreAsync(QueueEntry entry, MigrationResult result)
    {
        // Where the schedule sets a speed, the run itself puts back what was there before it; what was read here may be the schedule's.
        bool ofSchedule = result.Plan.Schedule.Concat(result.Plan.Deadlines).Any(step => step.Action == ConvergenceAction.SetBandwidth);
        if (entry.SpeedBefore is Bandwidth before && !ofSchedule && result.EndState == MigrationEndState.Stayed)
        {
            try
            {
                await entry.Migration.Run.Source.SetMaxBandwidthAsync(result.Uuid, before, CancellationToken.None);
            }
            catch (HypervisorException)
            {
                // The VM is where the result says; only its kept speed is not as before.
            }
        }
    }
}
