using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>Decides at each VM's turn where it goes, from what is true then.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="survey">Reads how things are.</param>
/// <param name="maker">Makes the plan of one migration.</param>
/// <param name="ledger">The VMs whose turn it is, or that are under way.</param>
/// <param name="tally">What is known of each VM.</param>
internal sealed class EvacuationTurns(EvacuationRequest request, EvacuationSurvey survey, PlanMaker maker, PlacementLedger ledger, EvacuationTally tally)
{
    /// <summary>Everything that waits is planned anew, so that one VM's choice does not take the room that another needs.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">Why it cannot leave now.</exception>
    public async Task<MigrationRun> ReplanAsync(VirtualMachine vm, CancellationToken cancellationToken)
    {
        survey.ForgetHosts();
        maker.Unplace(vm.Uuid);
        EvacuationSituation situation = await survey.ReadAsync(request, Busy(), tally.Tried, cancellationToken);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        if (plan.Moves.All(one => one.Uuid != vm.Uuid) && tally.Forgive(vm.Uuid))
        {
            plan = EvacuationPlanner.Plan(situation with { Tried = tally.Tried });
        }

        if (plan.Moves.FirstOrDefault(one => one.Uuid == vm.Uuid) is PlannedMove move)
        {
            Expect(plan);
            return await MakeAsync(vm, move, cancellationToken);
        }

        UnmovableVm? why = plan.Left.FirstOrDefault(one => one.Uuid == vm.Uuid);
        throw why is null
            ? new VirtMigrationException("VmNotFound", $"VM '{vm.Name}' ({vm.Uuid}) is not on {request.Host} any more, or does not run.", $"List it again: Get-VM {vm.Name}.", vm.Name)
            : new VirtMigrationException(why.ErrorId, $"VM '{vm.Name}' stays on {request.Host}: {why.Reason.TrimEnd('.')}.", why.RecommendedAction, vm.Name);
    }

    // Those whose last word is said, and those whose turn it is or who are under way: these count where they go.
    private HashSet<Guid> Busy() => [.. tally.Settled, .. ledger.All().Select(placed => placed.Vm)];

    /// <summary>VMs that belong together leave one after the other: each is checked as if those after it were there already.</summary>
    /// <param name="plan">The plan by which.</param>
    public void Expect(EvacuationPlan plan) => ledger.Expect(plan.Moves.ToDictionary(move => move.Uuid, move => move.Destination));

    /// <summary>The plan of one VM's migration, by its move.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="move">Its move.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<MigrationRun> MakeAsync(VirtualMachine vm, PlannedMove move, CancellationToken cancellationToken)
    {
        MigrationRun run = await maker.MakeAsync(vm, request.Parameters with { Destination = move.Destination, Destinations = null }, cancellationToken);
        string reason = move.Choices == 1
            ? $"{request.Host} is emptied, and this is the only host that would take it"
            : $"{request.Host} is emptied: the plan for all its VMs, of {move.Choices} hosts that would take this one";
        return run with
        {
            Plan = run.Plan with
            {
                Decisions = (PlanDecision[])[.. run.Plan.Decisions.Select(decision => decision.Setting == "Destination" ? decision with { Origin = SettingOrigin.Default, Reason = reason } : decision)],
            },
        };
    }
}
