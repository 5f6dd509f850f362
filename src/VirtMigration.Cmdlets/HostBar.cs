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

    private EvacuationProgress? _progress;
    private string _waitingFor = string.Empty;

    /// <summary>Why a VM waits: shown while none is under way.</summary>
    public void Waiting(string vm, string reason)
    {
        _waitingFor = $", {vm} waits: {reason}";
        if (_progress is { UnderWay: 0 } progress)
        {
            Show(progress);
        }
    }

    public void Show(EvacuationProgress progress)
    {
        _progress = progress;
        // The minimal view cuts at the end: what matters most comes first.
        string left = progress.Left == 0 ? string.Empty : $", {progress.Left} staying";
        output.WriteProgress(null, new(Activity, $"{host}: maintenance", $"{progress.Moved} of {progress.Vms} VM{(progress.Vms == 1 ? " has" : "s have")} left, {progress.UnderWay} under way{left}{(progress.UnderWay == 0 ? _waitingFor : string.Empty)}")
        {
            PercentComplete = progress.Percent,
            SecondsRemaining = progress.Eta is TimeSpan eta ? (int)Math.Ceiling(eta.TotalSeconds) : -1,
        });
    }

    public void Done() => output.WriteProgress(null, new(Activity, $"{host}: maintenance", "done") { RecordType = ProgressRecordType.Completed });
}
