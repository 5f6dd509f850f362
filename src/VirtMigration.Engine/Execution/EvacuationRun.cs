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
    private readonly MaintenanceCatalog _catalog;
    private readonly EvacuationRequest _request;
    private readonly IEvacuationObserver _observer;
    private readonly EvacuationControl _control;
    private readonly EvacuationSurvey _survey;
    private readonly PlanMaker _maker;
    private readonly PlacementLedger _ledger = new();
    private readonly EvacuationTally _tally;
    private readonly EvacuationOutlook _outlook;
    private readonly MigrationQueue _queue;
    private readonly ConcurrentDictionary<Guid, VirtualMachine> _vms = [];

    // Those that another round looks at again, with why.
    private readonly ConcurrentDictionary<Guid, VirtMigrationException> _postponed = [];

    public EvacuationRun(EvacuationParts parts, MaintenanceCatalog catalog, EvacuationRequest request, IEvacuationObserver observer, EvacuationControl control)
    {
        HostPictures pictures = new(parts.Hypervisor);
        (_parts, _catalog, _request, _observer, _control) = (parts, catalog, request, observer, control);
        _survey = new(parts.Registry, pictures, _ledger, parts.History);
        _maker = new(parts.Hypervisor, parts.Registry, parts.Operator, pictures, _ledger);
        _tally = new(request.Host);
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
            NoteEarlier(before, proposal.Situation);
            await GoRoundsAsync(proposal);
        }
        catch (OperationCanceledException) when (_control.Stop.IsCancellationRequested)
        {
            // What was waiting is settled below, what was under way by the queue.
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
        (EvacuationPlan plan, EvacuationSituation situation) = (proposal.Plan, proposal.Situation);
        _outlook.Begin(plan);
        for (int round = 1; ; round++)
        {
            await MoveAsync(plan, situation);
            if (_control.IsEnding)
            {
                SettleUnstarted(plan);
                return;
            }

            bool waited = await WaitForOthersAsync(plan);
            _survey.ForgetAll();
            situation = await _survey.ReadAsync(_request, _tally.Settled, _tally.Tried, _control.Stop);
            NoteLeftByThemselves(plan, situation);
            plan = EvacuationPlanner.Plan(situation);
            _outlook.Begin(plan);
            if (round == MostRounds || (plan.Moves.Count == 0 && !waited))
            {
                SettleLast(plan);
                return;
            }
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
        Expect(plan);
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
                NoteMoved(vm.Uuid, vm.Name, move.Destination, stopped: true);
            }

            Settle(Of(result) with { StartedAt = startedAt, Duration = _parts.Clock.GetElapsedTime(started), Attempts = 1 });
        }
        catch (VirtMigrationException error)
        {
            Settle(NotStarted(vm, EvacuationOutcome.Left, error));
        }
        catch (OperationCanceledException)
        {
            Settle(NotStarted(vm, EvacuationOutcome.Left, Unstarted(vm)));
        }
    }

    private async Task AskAsync(PlannedMove move)
    {
        VirtualMachine vm = _vms[move.Uuid];
        try
        {
            MigrationRun run = await MakeAsync(vm, move);

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
            Settle(NotStarted(vm, EvacuationOutcome.Left, Unstarted(vm)));
        }
    }

    private void Enqueue(VirtualMachine vm, MigrationRun run)
    {
        CancellationToken stop = _control.TokenOf(vm.Uuid);
        if (stop.IsCancellationRequested)
        {
            Settle(NotStarted(vm, EvacuationOutcome.Left, Stopped(vm)));
        }
        else if (_control.IsEnding || !_queue.Enqueue(new(run, token => ReplanAsync(vm, token)) { Left = _maker.Release, AlwaysReplan = true, Stop = stop }))
        {
            Settle(NotStarted(vm, EvacuationOutcome.Left, Unstarted(vm)));
        }
    }

    // Everything that waits is planned anew, so that one VM's choice does not take the room that another needs.
    private async Task<MigrationRun> ReplanAsync(VirtualMachine vm, CancellationToken cancellationToken)
    {
        _survey.ForgetHosts();
        _maker.Unplace(vm.Uuid);
        EvacuationSituation situation = await _survey.ReadAsync(_request, Busy(), _tally.Tried, cancellationToken);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        if (plan.Moves.All(one => one.Uuid != vm.Uuid) && _tally.Forgive(vm.Uuid))
        {
            plan = EvacuationPlanner.Plan(situation with { Tried = _tally.Tried });
        }

        if (plan.Moves.FirstOrDefault(one => one.Uuid == vm.Uuid) is PlannedMove move)
        {
            Expect(plan);
            return await MakeAsync(vm, move);
        }

        UnmovableVm? why = plan.Left.FirstOrDefault(one => one.Uuid == vm.Uuid);
        throw why is null
            ? new VirtMigrationException("VmNotFound", $"VM '{vm.Name}' ({vm.Uuid}) is not on {_request.Host} any more, or does not run.", $"List it again: Get-VM {vm.Name}.", vm.Name)
            : new VirtMigrationException(why.ErrorId, $"VM '{vm.Name}' stays on {_request.Host}: {why.Reason.TrimEnd('.')}.", why.RecommendedAction, vm.Name);
    }

    // Those whose last word is said, and those whose turn it is or who are under way: these count where they go.
    private HashSet<Guid> Busy() => [.. _tally.Settled, .. _ledger.All().Select(placed => placed.Vm)];

    // VMs that belong together leave one after the other: each is checked as if those after it were there already.
    private void Expect(EvacuationPlan plan) => _ledger.Expect(plan.Moves.ToDictionary(move => move.Uuid, move => move.Destination));

    private async Task<MigrationRun> MakeAsync(VirtualMachine vm, PlannedMove move)
    {
        MigrationRun run = await _maker.MakeAsync(vm, _request.Parameters with { Destination = move.Destination, Destinations = null }, _control.Stop);
        string reason = move.Choices == 1
            ? $"{_request.Host} is emptied, and this is the only host that would take it"
            : $"{_request.Host} is emptied: the plan for all its VMs, of {move.Choices} hosts that would take this one";
        return run with
        {
            Plan = run.Plan with
            {
                Decisions = (PlanDecision[])[.. run.Plan.Decisions.Select(decision => decision.Setting == "Destination" ? decision with { Origin = SettingOrigin.Default, Reason = reason } : decision)],
            },
        };
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
                NoteMoved(vm, result.Destination);
                Settle(Of(result, EvacuationOutcome.Moved));
                break;
            case MigrationEndState.Stayed when EvacuationRetry.Wants(result) && !_control.IsEnding:
                TryAgain(vm, result.Destination, new(result.ErrorId ?? "MigrationStateUnknown", result.Error ?? result.Describe(), result.RecommendedAction ?? string.Empty, vm.Name), Of(result, EvacuationOutcome.Left));
                break;
            case MigrationEndState.Stayed:
                _ = _tally.Failed(vm.Uuid, result.Destination, result.Error ?? result.Describe());
                Settle(Of(result, EvacuationOutcome.Left));
                break;
            case MigrationEndState.InProgress:
                Settle(Of(result, EvacuationOutcome.UnderWay));
                break;
            default:
                Settle(Of(result, EvacuationOutcome.Uncertain));
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
                TryAgain(vm, destination, error, NotStarted(vm, EvacuationOutcome.Left, error));
                break;
            default:
                Settle(NotStarted(vm, EvacuationOutcome.Left, error));
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
            MigrationRun run = await ReplanAsync(vm, _control.Stop);
            destination = run.Plan.Destination;
            _maker.Unplace(vm.Uuid);
            Enqueue(vm, run);
        }
        catch (OperationCanceledException)
        {
            Settle(NotStarted(vm, EvacuationOutcome.Left, _control.Stop.IsCancellationRequested ? Unstarted(vm) : Stopped(vm)));
        }
        catch (VirtMigrationException error)
        {
            Failed(vm, destination, error);
        }
    }

    private async Task<bool> WaitForOthersAsync(EvacuationPlan plan)
    {
        HashSet<Guid> others = [.. plan.Left.Where(vm => vm.ErrorId == EvacuationRetry.UnderWay).Select(vm => vm.Uuid), .. _postponed.Keys];
        if (others.Count == 0)
        {
            return false;
        }

        IHypervisorHost host = await _parts.Hypervisor.ConnectAsync(_parts.Registry.Find(_request.Host), _control.Stop);
        long began = _parts.Clock.GetTimestamp();
        bool said = false;
        while (!_control.IsEnding && _parts.Clock.GetElapsedTime(began) < _parts.PatienceWithOthers)
        {
            string[] still = [.. (await host.ListMigrationsAsync(_control.Stop)).Where(one => others.Contains(one.Vm) && !one.Broken).Select(one => one.Name).Distinct()];
            if (still.Length == 0)
            {
                break;
            }

            if (!said)
            {
                _observer.Noticed($"{_request.Host}: waiting for {string.Join(", ", still)}: somebody else's migration of {(still.Length == 1 ? "it" : "them")} is under way.");
                said = true;
            }

            await Task.Delay(_parts.LookAtOthersEvery, _parts.Clock, _control.Stop);
        }

        return true;
    }

    // An earlier run that was killed may have moved VMs without living to note it.
    private void NoteEarlier(HostMaintenance? before, EvacuationSituation situation)
    {
        if (before is not { State: not HostMaintenanceState.Planned, Plan: SavedEvacuation plan })
        {
            return;
        }

        foreach (SavedMove move in plan.Moves.Where(move => !before.Moved.Any(moved => moved.Uuid == move.Uuid) && !situation.Guests.Any(guest => guest.Vm.Uuid == move.Uuid)))
        {
            if (situation.Targets.FirstOrDefault(target => target.Load.Vms.Contains(move.Uuid)) is EvacuationTarget there)
            {
                _ = _catalog.Moved(_request.Host, new(move.VM, move.Uuid, there.Inventory.Name, _parts.Clock.GetUtcNow(), move.Stopped));
            }
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
                NoteMoved(uuid, name, there, stopped: false);
            }

            Settle(new()
            {
                VM = name,
                Uuid = uuid,
                Source = _request.Host,
                Destination = there,
                Outcome = there is null ? EvacuationOutcome.Gone : EvacuationOutcome.Moved,
                Host = there,
            });
        }
    }

    private void SettleUnstarted(EvacuationPlan plan)
    {
        SettleLast(plan);
        foreach (PlannedMove move in plan.Moves)
        {
            Settle(NotStarted(_vms[move.Uuid], EvacuationOutcome.Left, Unstarted(_vms[move.Uuid])));
        }
    }

    private void SettleLast(EvacuationPlan plan)
    {
        foreach ((Guid vm, VirtMigrationException error) in _postponed)
        {
            Settle(NotStarted(_vms[vm], EvacuationOutcome.Left, error));
        }

        foreach (UnmovableVm vm in plan.Left)
        {
            Settle(EvacuationErrors.Unmoved(vm, _request.Host));
        }

        // The last round found them where it was to find none: they came meanwhile.
        foreach (PlannedMove move in plan.Moves)
        {
            Settle(new()
            {
                VM = move.VM,
                Uuid = move.Uuid,
                Source = _request.Host,
                Outcome = EvacuationOutcome.Left,
                Host = _request.Host,
                ErrorId = "VmCameMeanwhile",
                Error = $"VM '{move.VM}' came to {_request.Host}, or was started there, while it was emptied.",
                RecommendedAction = $"Run the command again: Start-VmHostMaintenance {_request.Host}.",
            });
        }
    }

    private void NoteMoved(VirtualMachine vm, string to) => NoteMoved(vm.Uuid, vm.Name, to, stopped: false);

    private void NoteMoved(Guid vm, string name, string to, bool stopped)
    {
        try
        {
            _ = _catalog.Moved(_request.Host, new(name, vm, to, _parts.Clock.GetUtcNow(), stopped));
        }
        catch (VirtMigrationException error)
        {
            _observer.Noticed($"VM '{name}' is on {to}, but that could not be noted for the way back: {error.Message}");
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

    private VirtMigrationException Unstarted(VirtualMachine vm) => new("MigrationNotStarted",
        $"VM '{vm.Name}' was still waiting when the command was stopped. It is on {_request.Host}, and nothing was done to it.",
        $"Run the command again: Start-VmHostMaintenance {_request.Host}.", vm.Name);

    private VirtMigrationException Stopped(VirtualMachine vm) => new("MigrationStoppedInQueue",
        $"VM '{vm.Name}' was stopped before its migration started. It is on {_request.Host}, and nothing was done to it.",
        $"Run the command again: Start-VmHostMaintenance {_request.Host}.", vm.Name);

    private EvacuatedVm NotStarted(VirtualMachine vm, EvacuationOutcome outcome, VirtMigrationException error) => new()
    {
        VM = vm.Name,
        Uuid = vm.Uuid,
        Source = _request.Host,
        Outcome = outcome,
        Host = outcome == EvacuationOutcome.Left ? _request.Host : null,
        ErrorId = error.ErrorId,
        Error = error.Message,
        RecommendedAction = error.RecommendedAction,
    };

    private static EvacuatedVm Of(StoppedVmResult result) => new()
    {
        VM = result.VM,
        Uuid = result.Uuid,
        Source = result.Source,
        Destination = result.Destination,
        Outcome = result.EndState switch
        {
            DefinitionEndState.Moved => EvacuationOutcome.Moved,
            DefinitionEndState.Stayed => EvacuationOutcome.Left,
            _ => EvacuationOutcome.Uncertain,
        },
        Host = result.Host,
        ErrorId = result.ErrorId,
        Error = result.Error,
        RecommendedAction = result.RecommendedAction,
    };

    private static EvacuatedVm Of(MigrationResult result, EvacuationOutcome outcome) => new()
    {
        VM = result.VM,
        Uuid = result.Uuid,
        Source = result.Source,
        Destination = result.Destination,
        Outcome = outcome,
        Host = result.Host,
        Policy = result.Policy,
        StartedAt = result.StartedAt,
        Duration = result.Duration,
        Downtime = result.Downtime,
        ErrorId = result.ErrorId,
        Error = result.Error,
        RecommendedAction = result.RecommendedAction,
    };
}
