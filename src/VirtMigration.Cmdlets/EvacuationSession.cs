using System.Collections.Concurrent;
using VirtMigration.Cmdlets.Jobs;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>One host's evacuation, whether it writes to its pipeline or runs as a job.</summary>
internal sealed class EvacuationSession : IEvacuationObserver, IJobWork, IOngoingWork
{
    private readonly ICommandOutput _output;
    private readonly CommandWork _work;
    private readonly ProgressBars _bars;
    private readonly HostBar _hostBar;
    private readonly EvacuationControl _control;
    private readonly EvacuationProposal _proposal;
    private readonly Task<EvacuationEnd> _running;
    private readonly ConcurrentDictionary<Guid, string> _open = new();

    /// <summary>Sets an evacuation going.</summary>
    /// <param name="proposal">The evacuation.</param>
    /// <param name="output">Takes what it says.</param>
    public EvacuationSession(EvacuationProposal proposal, ICommandOutput output)
    {
        _proposal = proposal;
        _output = output;
        _bars = new(output, HostBar.Activity);
        _hostBar = new(output, proposal.Plan.Host);
        _work = new(output);
        _control = new(_work.Abort);
        foreach (Evacuation.PlannedMove move in proposal.Plan.Moves)
        {
            _open[move.Uuid] = move.VM;
        }

        _running = Task.Run(() => Session.Evacuation.RunAsync(proposal, this, _control), CancellationToken.None);
        _work.Begin(_running, _control.StartNoMore);
    }

    /// <summary>Writes everything until the host is empty, or nothing more can leave it; then the errors, so that one VM's keeps no other
    /// from being moved.</summary>
    public void DrainToEnd()
    {
        _work.DrainToEnd();
        _hostBar.Done();
        EvacuationEnd end = _running.GetAwaiter().GetResult();
        EvacuatedVm[] left = [.. end.Vms.Where(vm => vm.ErrorId is not null && vm.Outcome is not (EvacuationOutcome.Moved or EvacuationOutcome.Gone))];
        if (left.Length > 0)
        {
            _output.WriteError(null, ErrorRecords.Incomplete(_proposal.Plan.Host, end.Vms));
        }

        foreach (EvacuatedVm vm in left)
        {
            _output.WriteError(vm.Uuid, ErrorRecords.From(vm));
            _output.Ended(vm.Uuid, vm.Error ?? vm.ToString());
        }
    }

    /// <summary>After Ctrl+C: waits for the aborts, within a bound, and says of each VM where it is. Only the host can still be
    /// written to.</summary>
    public void SayAfterStop()
    {
        _work.DrainAfterStop();
        foreach (string vm in _open.Values)
        {
            _output.Tell(CommandWork.Unconfirmed(vm));
        }

        _open.Clear();
    }

    /// <summary>When the rest of the pipeline wants no more: starts no further VM and sees those under way to their end.</summary>
    public void FinishUnderWay() => _work.FinishUnderWay();

    public void Stop() => _work.Stop();

    public void Stop(Guid vm) => _control.StopOne(vm);

    // A bar is for a VM under way: of a host with a hundred VMs all others wait.
    void IQueueObserver.Waiting(MigrationPlan plan, string reason) => _work.Post(() =>
    {
        _output.Status(plan.Uuid, $"waiting: {reason}");
        _hostBar.Waiting(plan.VM, reason);
    });

    void IQueueObserver.Starting(MigrationPlan plan) => _work.Post(() =>
    {
        _output.Starting(plan);
        _output.WriteVerbose(plan.Uuid, $"Starting {plan}");
        _bars.Starting(plan);
    });

    void IQueueObserver.Progressed(MigrationPlan plan, MigrationSample sample) => _work.Post(() => _bars.Show(plan, sample));

    void IQueueObserver.Ended(MigrationResult result) => _work.Post(() =>
    {
        if (_work.OnlyTells)
        {
            foreach (string notice in result.Notices)
            {
                _output.Tell($"VM '{result.VM}': {notice}");
            }

            return;
        }

        _bars.Done(result.Plan);
        foreach (string notice in result.Notices)
        {
            _output.WriteWarning(result.Uuid, $"VM '{result.VM}': {notice}");
        }

        _output.WriteVerbose(result.Uuid, result.Describe());
    });

    void IQueueObserver.NotStarted(MigrationPlan plan, VirtMigrationException error) => _work.Post(() =>
    {
        if (!_work.OnlyTells)
        {
            _bars.Done(plan);
            _output.WriteVerbose(plan.Uuid, error.Message);
        }
    });

    void IEvacuationObserver.TryingAgain(string vm, string why, TimeSpan after) => _work.Post(() =>
    {
        if (!_work.OnlyTells)
        {
            _output.WriteWarning(null, $"VM '{vm}' is tried again in {Units.DurationText.Format(after)}: {why}");
        }
    });

    void IEvacuationObserver.Settled(EvacuatedVm vm) => _work.PostEnd(vm.Uuid, LastWord(vm), () =>
    {
        _ = _open.TryRemove(vm.Uuid, out _);
        if (_work.OnlyTells)
        {
            _output.Tell(LastWord(vm));
            return;
        }

        _work.Said(vm.Uuid);
        _output.WriteObject(vm.Uuid, vm);
        if (vm.ErrorId is null || vm.Outcome is EvacuationOutcome.Moved or EvacuationOutcome.Gone)
        {
            _output.Ended(vm.Uuid, LastWord(vm));
        }
    });

    void IEvacuationObserver.Overall(EvacuationProgress progress) => _work.Post(() => _hostBar.Show(progress));

    void IEvacuationObserver.Noticed(string notice) => _work.Post(() =>
    {
        if (_work.OnlyTells)
        {
            _output.Tell(notice);
        }
        else
        {
            _output.WriteWarning(null, notice);
        }
    });

    public void Dispose() => _work.Dispose();

    private static string LastWord(EvacuatedVm vm) => vm.Error ?? vm.Outcome switch
    {
        EvacuationOutcome.Moved => $"VM '{vm.VM}' is on {vm.Host}.",
        EvacuationOutcome.Gone => $"VM '{vm.VM}' is not on {vm.Source} any more, or does not run.",
        _ => $"VM '{vm.VM}': {vm.Outcome}.",
    };
}
