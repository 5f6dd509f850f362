using System.Management.Automation;
using VirtMigration.Execution;

namespace VirtMigration.Cmdlets;

/// <summary>The progress bar of a host that is emptied; those of its VMs stand below it.</summary>
/// <param name="output">Takes it.</param>
/// <param name="host">The host.</param>
internal sealed class HostBar(ICommandOutput output, string host)
{
    /// <summary>Its activity.</summary>
    public const int Activity = 999;

    public void Show(EvacuationProgress progress)
    {
        // The minimal view cuts at the end: what matters most comes first.
        string left = progress.Left == 0 ? string.Empty : $", {progress.Left} staying";
        output.WriteProgress(null, new(Activity, $"{host}: maintenance", $"{progress.Moved} of {progress.Vms} VMs have left, {progress.UnderWay} under way{left}")
        {
            PercentComplete = progress.Percent,
            SecondsRemaining = progress.Eta is TimeSpan eta ? (int)Math.Ceiling(eta.TotalSeconds) : -1,
        });
    }

    public void Done() => output.WriteProgress(null, new(Activity, $"{host}: maintenance", "done") { RecordType = ProgressRecordType.Completed });
}
