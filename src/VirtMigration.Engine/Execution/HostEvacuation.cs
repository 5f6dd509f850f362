using VirtMigration.Evacuation;
using VirtMigration.Planning;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Empties a host: makes the plan, and runs it so that whatever ends it leaves each VM whole and the next run goes on with what
/// is left.</summary>
/// <param name="parts">What it works with.</param>
public sealed class HostEvacuation(EvacuationParts parts)
{
    private readonly MaintenanceCatalog _catalog = new(parts.Registry.Store);

    /// <summary>The evacuation as it would be run now. Reads only.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostNotFound, LastHostOfCluster, DestinationIsSource, HostUnreachable: the host does
    /// not answer; DestinationsSilent; EvacuationPlanMissing and EvacuationPlanStale where the saved plan was asked for.</exception>
    public async Task<EvacuationProposal> ProposeAsync(EvacuationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = request with { Host = parts.Registry.Find(request.Host).Name };
        SavedEvacuation? saved = request.UseSavedPlan
            ? _catalog.Find(request.Host)?.Plan ?? throw EvacuationErrors.NoSavedPlan(request.Host)
            : null;
        if (saved is not null)
        {
            PlanOptions asked = request.Parameters;
            asked = asked.Policy is null && saved.Policy is string policy ? asked with { Policy = new PolicyCatalog(parts.Registry.Store).Find(policy) } : asked;
            request = request with { Destinations = saved.Destinations, IncludeStopped = saved.IncludeStopped, Parameters = asked };
        }

        EvacuationSurvey survey = new(parts.Registry, new(parts.Hypervisor), new(), parts.History);
        EvacuationSituation situation = await survey.ReadAsync(request, new HashSet<Guid>(), new Dictionary<Guid, IReadOnlyList<string>>(), cancellationToken);
        if (saved is not null)
        {
            // What a run of it has moved already is not missing.
            HashSet<Guid> moved = [.. (_catalog.Find(request.Host)?.Moved ?? []).Select(vm => vm.Uuid)];
            saved = saved with { Moves = [.. saved.Moves.Where(move => !moved.Contains(move.Uuid))] };

            // Who may be migrated by whom is no matter of whether the plan holds: those that stay are skipped.
            if (StalePlan.Differences(saved, situation with { Automatic = false, ManualDeclined = false }) is { Count: > 0 } differences)
            {
                throw StalePlan.Refusal(saved, request.Host, differences);
            }
        }

        return new(request, EvacuationPlanner.Plan(situation, saved), situation);
    }

    /// <summary>Keeps a plan, to be run later; nothing is moved.</summary>
    /// <param name="proposal">The plan.</param>
    public HostMaintenance Save(EvacuationProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return _catalog.SavePlan(proposal.Plan.Host, SavedOf(proposal), parts.Operator, parts.Clock.GetUtcNow());
    }

    /// <summary>Runs an evacuation. From its beginning the host takes no VMs, and stays so until its maintenance is ended.</summary>
    /// <param name="proposal">The evacuation.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="control">Lets it end early.</param>
    /// <returns>The maintenance as it stands then, and what became of each VM.</returns>
    /// <exception cref="VirtMigrationException">HostMaintenanceHeld: a live shell is emptying the host. Or the state cannot be
    /// written, and nothing was moved.</exception>
    public async Task<EvacuationEnd> RunAsync(EvacuationProposal proposal, IEvacuationObserver observer, EvacuationControl control)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(control);
        string host = proposal.Plan.Host;
        await using HeldLease lease = await TakeHostAsync(proposal, control.Stop);
        foreach (string notice in lease.Notices)
        {
            observer.Noticed(notice);
        }

        HostMaintenance? before = _catalog.Find(host);
        _ = _catalog.Enter(host, parts.Operator, parts.Ownership.Shell, proposal.Request.Reason, parts.Clock.GetUtcNow());
        _ = _catalog.SavePlan(host, SavedOf(proposal), parts.Operator, parts.Clock.GetUtcNow());
        EvacuationRun run = new(parts, _catalog, proposal, observer, control);
        await run.GoAsync(proposal, before);
        VmLeftOver[] left = [.. run.Results.Where(vm => vm.Outcome is not (EvacuationOutcome.Moved or EvacuationOutcome.Gone)).Select(EvacuationErrors.Leftover)];
        HostMaintenance after = _catalog.Finish(host, left, parts.Clock.GetUtcNow());
        return new(after, (EvacuatedVm[])[.. run.Results]);
    }

    private async Task<HeldLease> TakeHostAsync(EvacuationProposal proposal, CancellationToken stop)
    {
        Guid host = proposal.Situation.Source.Facts.Uuid;
        try
        {
            return await parts.Ownership.TakeAsync(new(host, proposal.Plan.Host, parts.Operator, "maintenance"), stop);
        }
        catch (VirtMigrationException error) when (error.ErrorId == "MigrationHeld")
        {
            throw EvacuationErrors.Held(proposal.Plan.Host, (await parts.Ownership.LookAsync(host, stop)).Lease, error);
        }
    }

    private SavedEvacuation SavedOf(EvacuationProposal proposal) => SavedEvacuation.Of(
        proposal.Plan, parts.Operator, parts.Clock.GetUtcNow(), proposal.Request.Parameters with { Destinations = proposal.Request.Destinations }, proposal.Request.IncludeStopped);
}
