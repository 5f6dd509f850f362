using VirtMigration.Evacuation;
using VirtMigration.Execution;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>A job's evacuations, host by host.</summary>
/// <param name="proposals">The evacuations.</param>
/// <param name="output">Takes what they say.</param>
internal sealed class EvacuationWork(IReadOnlyList<EvacuationProposal> proposals, ICommandOutput output) : IJobWork
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _stopped = [];
    private EvacuationSession? _current;
    private bool _stop;

    /// <summary>The VMs that get a child job.</summary>
    /// <param name="proposals">The evacuations.</param>
    public static IEnumerable<JobVm> Vms(IEnumerable<EvacuationProposal> proposals) => proposals.SelectMany(proposal =>
        proposal.Plan.Moves.Select(move => new JobVm(move.Uuid, move.VM, proposal.Plan.Host, move.Destination))
            .Concat(proposal.Plan.Left.Select(vm => new JobVm(vm.Uuid, vm.VM, proposal.Plan.Host, null))));

    public void DrainToEnd()
    {
        foreach (EvacuationProposal proposal in proposals)
        {
            try
            {
                using EvacuationSession session = Begin(proposal);
                session.DrainToEnd();
            }
            catch (VirtMigrationException error)
            {
                Refused(proposal, error);
            }
        }
    }

    public void Stop()
    {
        EvacuationSession? current;
        lock (_lock)
        {
            _stop = true;
            current = _current;
        }

        current?.Stop();
    }

    public void Stop(Guid vm)
    {
        EvacuationSession? current;
        lock (_lock)
        {
            _ = _stopped.Add(vm);
            current = _current;
        }

        current?.Stop(vm);
    }

    public void Dispose()
    {
        // Each session is disposed of when its host is done.
    }

    private EvacuationSession Begin(EvacuationProposal proposal)
    {
        lock (_lock)
        {
            _current = new(proposal, output);
            foreach (Guid vm in _stopped)
            {
                _current.Stop(vm);
            }

            if (_stop)
            {
                _current.Stop();
            }

            return _current;
        }
    }

    // Nothing was moved: the host is being emptied by somebody else, or its state cannot be written.
    private void Refused(EvacuationProposal proposal, VirtMigrationException error)
    {
        output.WriteError(null, ErrorRecords.From(error));
        foreach (PlannedMove move in proposal.Plan.Moves)
        {
            output.WriteError(move.Uuid, ErrorRecords.From(new VirtMigrationException(error.ErrorId, error.Message, error.RecommendedAction, move.VM)));
            output.Ended(move.Uuid, error.Message);
        }

        foreach (UnmovableVm vm in proposal.Plan.Left)
        {
            output.WriteError(vm.Uuid, ErrorRecords.From(new VirtMigrationException(vm.ErrorId, vm.Reason, vm.RecommendedAction, vm.VM)));
            output.Ended(vm.Uuid, vm.Reason);
        }
    }
}
