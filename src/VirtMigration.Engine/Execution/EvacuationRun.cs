using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>One run of an evacuation: feeds the queue in the plan's order, has the destination chosen again at each VM's turn, tries a VM
/// that failed elsewhere, and looks again at the end for what came, or was still under way by others.</summary>
internal sealed class EvacuationRun : IQueueObserver
{
    // What issues of others show: without a bound an evacuation goes on for ever where no host takes the VM.
    private const int MostAttempts = 3;

    // The first round moves what was there; two more those that came meanwhile, or that others had in hand.
    private const int MostRounds = 3;

    private readonly EvacuationParts _parts;
    private readonly EvacuationNotes _notes;
    private readonly EvacuationRequest _request;
    private readonly IEvacuationObserver _observer;
    private readonly EvacuationControl _control;
    private readonly EvacuationSurvey _survey;
    private readonly PlanMaker _maker;
    private readonly EvacuationTurns _turns;
    private readonly EvacuationFates _fates;
    private readonly EvacuationTally _tally;
    private readonly EvacuationOutlook _outlook;
    private readonly MigrationQueue _queue;
    private readonly ConcurrentDictionary<Guid, VirtualMachine> _vms = [];
    private EvacuationPlan _plan;

    // Those that another round looks at again, with why.
    private readonly ConcurrentDictionary<Guid, VirtMigrationException> _postponed = [];

    public EvacuationRun(EvacuationParts parts, MaintenanceCatalog catalog, EvacuationProposal proposal, IEvacuationObserver observer, EvacuationControl control)
    {
        EvacuationRequest request = proposal.Request;
        _plan = proposal.Plan;
        HostPictures pictures = new(parts.Hypervisor);
        (_parts, _request, _observer, _control) = (parts, request, observer, control);
        _notes = new(request.Host, catalog, observer, parts.Clock);
        PlacementLedger ledger = new();
        _survey = new(parts.Registry, pictures, ledger, parts.History);
        _maker = new(parts.Hypervisor, parts.Registry, parts.Operator, pictures, ledger);
        _tally = new(request.Host);
        _turns = new(request, _survey, _maker, ledger, _tally);
        _fates = new(request.Host);
        _outlook = new(request.Host, _tally, parts.Clock);
        _queue = new(parts.Runner, parts.Slots, this, parts.Clock, QueueOrder.Passing, control.Stop);
        parts.Queues.Add(_queue);
        control.On(_queue.StartNoMore, vm => _queue.TryStop(vm));
    }

    /// <summary>What became of each VM.</summary>
    public IReadOnlyList<EvacuatedVm> Results => _tally.Results;

    /// <summary>Runs to the end.</summary>
    /// <param name="proposal">The plan.</param>
    /// <param name="before">The host's maintenance before; null: none.</param>
    public async Task GoAsync(EvacuationProposal proposal, HostMaintenance? before)
    {
        try
        {
            _notes.Earlier(before, proposal.Situation);
            await GoRoundsAsync(proposal);
        }
        catch (OperationCanceledException) when (_control.Stop.IsCancellationRequested)
        {
            // What was under way is settled by the queue.
            SettleUnstarted(_plan);
        }
        finally
        {
            _queue.Complete();
            await _queue.Completion;
            await _tally.NoneOutstanding;
        }
    }

    private async Task GoRoundsAsync(EvacuationProposal proposal)
    {
        EvacuationSituation situation = proposal.Situation;
        _outlook.Begin(_plan);
        for (int round = 1; ; round++)
        {
            await MoveAsync(_plan, situation);
            if (_control.IsEnding)
            {
                SettleUnstarted(_plan);
                return;
            }

            HashSet<Guid> others = [.. _plan.Left.Where(vm => vm.ErrorId == EvacuationRetry.UnderWay).Select(vm => vm.Uuid), .. _postponed.Keys];
            bool waited = others.Count > 0;
            await new OthersMigrations(_parts, _observer).EndAsync(_request.Host, others, _control);
            situation = await LookAgainAsync();
            _outlook.Begin(_plan);
            if (round == MostRounds || (_plan.Moves.Count == 0 && !waited))
            {
                SettleLast(_plan);
                return;
            }
        }
    }

    // Where the host does not say any more who is on it, those that were not settled stay as far as is known.
    private async Task<EvacuationSituation> LookAgainAsync()
    {
        _survey.ForgetAll();
        try
        {
            EvacuationSituation situation = await _survey.ReadAsync(_request, _tally.Settled, _tally.Tried, _control.Stop);
            NoteLeftByThemselves(_plan, situation);
            _plan = EvacuationPlanner.Plan(situation);
            return situation;
        }
        catch (VirtMigrationException)
        {
            SettleLast(_plan);
            throw;
        }
    }

    private async Task MoveAsync(EvacuationPlan plan, EvacuationSituation situation)
    {
        foreach (EvacuationGuest guest in situation.Guests)
        {
            _vms[guest.Vm.Uuid] = guest.Vm;
        }

        foreach (PlannedMove move in plan.Moves.Where(move => !move.Stopped))
        {
            _tally.Begin(move);
        }

        Report();
        _turns.Expect(plan);
        foreach (PlannedMove move in plan.Moves.Where(move => !move.Stopped))
        {
            await AskAsync(move);
        }

        await _tally.NoneOutstanding;
        foreach (PlannedMove move in plan.Moves.Where(move => move.Stopped && !_control.IsEnding))
        {
            await MoveStoppedAsync(move);
        }
    }

    private async Task MoveStoppedAsync(PlannedMove move)
    {
        VirtualMachine vm = _vms[move.Uuid];
        _tally.Begin(move);
        try
        {
            IHypervisorHost source = await _parts.Hypervisor.ConnectAsync(_parts.Registry.Find(_request.Host), _control.Stop);
            IHypervisorHost destination = await _parts.Hypervisor.ConnectAsync(_parts.Registry.Find(move.Destination), _control.Stop);
            DateTimeOffset startedAt = _parts.Clock.GetUtcNow();
            long started = _parts.Clock.GetTimestamp();
            StoppedVmResult result = await new StoppedVmMover(_parts.Clock).MoveAsync(vm, source, destination, _control.Stop);
            foreach (string notice in result.Notices)
            {
                _observer.Noticed($"VM '{vm.Name}': {notice}");
            }

            if (result.EndState == DefinitionEndState.Moved)
            {
                _notes.Moved(vm.Uuid, vm.Name, move.Destination, stopped: true);
            }

            Settle(EvacuationFates.Of(result) with { StartedAt = startedAt, Duration = _parts.Clock.GetElapsedTime(started), Attempts = 1 });
        }
        catch (VirtMigrationException error)
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, error));
        }
        catch (OperationCanceledException)
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _fates.Unstarted(vm)));
        }
    }

    private async Task AskAsync(PlannedMove move)
    {
        VirtualMachine vm = _vms[move.Uuid];
        try
        {
            MigrationRun run = await _turns.MakeAsync(vm, move, _control.Stop);

            // Where it goes is decided at its turn; until then the plan as a whole keeps the room.
            _maker.Unplace(vm.Uuid);
            Enqueue(vm, run);
        }
        catch (VirtMigrationException error)
        {
            Failed(vm, move.Destination, error);
        }
        catch (OperationCanceledException)
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _fates.Unstarted(vm)));
        }
    }

    private void Enqueue(VirtualMachine vm, MigrationRun run)
    {
        CancellationToken stop = _control.TokenOf(vm.Uuid);
        if (stop.IsCancellationRequested)
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _fates.Stopped(vm)));
        }
        else if (_control.IsEnding || !_queue.Enqueue(new(run, token => _turns.ReplanAsync(vm, token)) { Left = _maker.Release, AlwaysReplan = true, Stop = stop }))
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _fates.Unstarted(vm)));
        }
    }

    void IQueueObserver.Waiting(MigrationPlan plan, string reason) => _observer.Waiting(plan, reason);

    void IQueueObserver.Starting(MigrationPlan plan)
    {
        _tally.Started(plan, _parts.Clock.GetTimestamp());
        _observer.Starting(plan);
        Report();
    }

    void IQueueObserver.Progressed(MigrationPlan plan, MigrationSample sample)
    {
        _observer.Progressed(plan, sample);
        if (_outlook.Sample(plan, sample) is EvacuationProgress progress)
        {
            _observer.Overall(progress);
        }
    }

    void IQueueObserver.Ended(MigrationResult result)
    {
        _observer.Ended(result);
        VirtualMachine vm = _vms[result.Uuid];
        switch (result.EndState)
        {
            case MigrationEndState.Moved:
                _notes.Moved(vm.Uuid, vm.Name, result.Destination);
                Settle(EvacuationFates.Of(result, EvacuationOutcome.Moved));
                break;
            case MigrationEndState.Stayed when EvacuationRetry.Wants(result) && !_control.IsEnding:
                TryAgain(vm, result.Destination, new(result.ErrorId ?? "MigrationStateUnknown", result.Error ?? result.Describe(), result.RecommendedAction ?? string.Empty, vm.Name), EvacuationFates.Of(result, EvacuationOutcome.Left));
                break;
            case MigrationEndState.Stayed:
                _ = _tally.Failed(vm.Uuid, result.Destination, result.Error ?? result.Describe());
                Settle(EvacuationFates.Of(result, EvacuationOutcome.Left));
                break;
            case MigrationEndState.InProgress:
                Settle(EvacuationFates.Of(result, EvacuationOutcome.UnderWay));
                break;
            default:
                Settle(EvacuationFates.Of(result, EvacuationOutcome.Uncertain));
                break;
        }
    }

    void IQueueObserver.NotStarted(MigrationPlan plan, VirtMigrationException error)
    {
        _observer.NotStarted(plan, error);
        Failed(_vms[plan.Uuid], plan.Destination, error);
    }

    private void Failed(VirtualMachine vm, string destination, VirtMigrationException error)
    {
        switch (EvacuationRetry.Of(error))
        {
            case EvacuationRetry.Verdict.Later when !_control.IsEnding:
                _postponed[vm.Uuid] = error;
                _tally.Postpone(vm.Uuid);
                break;
            case EvacuationRetry.Verdict.Elsewhere when !_control.IsEnding:
                TryAgain(vm, destination, error, _fates.NotStarted(vm, EvacuationOutcome.Left, error));
                break;
            default:
                Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, error));
                break;
        }
    }

    private void TryAgain(VirtualMachine vm, string destination, VirtMigrationException error, EvacuatedVm last)
    {
        int attempts = _tally.Failed(vm.Uuid, destination, error.Message);
        if (attempts >= MostAttempts)
        {
            Settle(last);
            return;
        }

        TimeSpan after = _parts.BackOff * (1 << (attempts - 1));
        _observer.TryingAgain(vm.Name, error.Message, after);
        Report();
        _ = Task.Run(() => TryAgainAsync(vm, after), CancellationToken.None);
    }

    private async Task TryAgainAsync(VirtualMachine vm, TimeSpan after)
    {
        string destination = string.Empty;
        try
        {
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_control.Stop, _control.TokenOf(vm.Uuid));
            await Task.Delay(after, _parts.Clock, either.Token);
            MigrationRun run = await _turns.ReplanAsync(vm, _control.Stop);
            destination = run.Plan.Destination;
            _maker.Unplace(vm.Uuid);
            Enqueue(vm, run);
        }
        catch (OperationCanceledException)
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _control.Stop.IsCancellationRequested ? _fates.Unstarted(vm) : _fates.Stopped(vm)));
        }
        catch (VirtMigrationException error)
        {
            Failed(vm, destination, error);
        }
    }

    // What others had in hand, or an earlier run of this maintenance, and is on another host now.
    private void NoteLeftByThemselves(EvacuationPlan plan, EvacuationSituation situation)
    {
        IEnumerable<(Guid Uuid, string Name)> open = plan.Left.Select(vm => (vm.Uuid, vm.VM))
            .Concat(_postponed.Keys.Select(vm => (vm, _vms[vm].Name)));
        foreach ((Guid uuid, string name) in open.Where(vm => !situation.Guests.Any(guest => guest.Vm.Uuid == vm.Uuid)).DistinctBy(vm => vm.Uuid))
        {
            string? there = situation.Targets.FirstOrDefault(target => target.Load.Vms.Contains(uuid))?.Inventory.Name;
            if (there is not null)
            {
                _notes.Moved(uuid, name, there);
            }

            Settle(_fates.LeftByItself(uuid, name, there));
        }
    }

    private void SettleUnstarted(EvacuationPlan plan)
    {
        foreach (VirtualMachine vm in plan.Moves.Where(move => !_postponed.ContainsKey(move.Uuid)).Select(move => _vms[move.Uuid]))
        {
            Settle(_fates.NotStarted(vm, EvacuationOutcome.Left, _fates.Unstarted(vm)));
        }

        SettleLast(plan);
    }

    private void SettleLast(EvacuationPlan plan)
    {
        foreach ((Guid vm, VirtMigrationException error) in _postponed)
        {
            Settle(_fates.NotStarted(_vms[vm], EvacuationOutcome.Left, error));
        }

        foreach (UnmovableVm vm in plan.Left)
        {
            Settle(EvacuationErrors.Unmoved(vm, _request.Host));
        }

        // The last round found them where it was to find none: they came meanwhile.
        foreach (PlannedMove move in plan.Moves)
        {
            Settle(_fates.CameMeanwhile(move));
        }
    }

    private void Settle(EvacuatedVm vm)
    {
        if (_tally.Settle(vm) is not EvacuatedVm whole)
        {
            return;
        }

        _observer.Settled(whole);
        Report();
    }

    private void Report() => _observer.Overall(_outlook.Now());
}
