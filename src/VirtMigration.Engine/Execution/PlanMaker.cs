using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Gathers what plans are made from, over the ports, and has them made. Reads only. What hosts say is asked once for a batch, and
/// each VM that was planned counts where it is to go, until it is released.</summary>
public sealed class PlanMaker
{
    private readonly IHypervisor _hypervisor;
    private readonly HostRegistry _registry;
    private readonly string _operator;
    private readonly PlacementLedger _ledger;
    private readonly HostPictures _pictures;

    /// <summary>Creates one with a batch of its own.</summary>
    /// <param name="hypervisor">The way to the hosts.</param>
    /// <param name="registry">The registered hosts.</param>
    /// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
    public PlanMaker(IHypervisor hypervisor, HostRegistry registry, string operatorName)
        : this(hypervisor, registry, operatorName, new(hypervisor), new())
    {
    }

    /// <summary>Creates one over what others look at too.</summary>
    internal PlanMaker(IHypervisor hypervisor, HostRegistry registry, string operatorName, HostPictures pictures, PlacementLedger ledger) =>
        (_hypervisor, _registry, _operator, _pictures, _ledger) = (hypervisor, registry, operatorName, pictures, ledger);

    /// <summary>The plan for a VM, with the hosts to run it on.</summary>
    /// <param name="vm">The VM as it was listed; its state is read again.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">The hosts or the VM cannot be read, no destination fits, or the request cannot be
    /// planned.</exception>
    public async Task<MigrationRun> MakeAsync(VirtualMachine vm, PlanOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);

        // A destination that does not exist is said before any host is asked.
        HostRegistration? named = options.Destination is string name ? _registry.Find(name) : null;
        IHypervisorHost source = await _hypervisor.ConnectAsync(_registry.Find(vm.Host), cancellationToken);
        VirtualMachine current = await CurrentAsync(vm, source, cancellationToken);
        RequestRules.VmMustRun(current);
        (IReadOnlyList<DestinationCandidate> candidates, IReadOnlyList<(string Host, HypervisorException Error)> silent) =
            await new DestinationSurvey(_registry, _pictures, _ledger).LookAsync(current, options, named is null ? options.Destinations : [named.Name], cancellationToken);
        IReadOnlyList<DestinationReport> reports = DestinationRanking.Rank(candidates, silent, current);

        if (named is not null && silent is [(_, HypervisorException error), ..])
        {
            throw error;
        }

        RequirePlannable(candidates, silent.Count, named is not null);
        DestinationReport chosen = named is null
            ? DestinationSelector.Choose(current, reports)
            : DestinationSelector.Require(reports[0]);
        DestinationCandidate candidate = candidates.First(one => one.Destination.Name == chosen.Destination);
        MigrationPlan plan = named is null ? Chosen(candidate.Plan!, reports) : candidate.Plan!;
        _ledger.Place(current, candidate.Landing, plan.Destination);
        return new(plan, source, await _hypervisor.ConnectAsync(candidate.Destination.Registration, cancellationToken), _operator) { Findings = chosen.Findings };
    }

    /// <summary>The plan for a VM from what is true now: all hosts are asked anew.</summary>
    /// <param name="vm">The VM as it was listed.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">As of <see cref="MakeAsync"/>.</exception>
    public Task<MigrationRun> MakeAnewAsync(VirtualMachine vm, PlanOptions options, CancellationToken cancellationToken)
    {
        _pictures.ForgetAll();
        return MakeAsync(vm, options, cancellationToken);
    }

    /// <summary>Counts a VM no more before its turn has come: where it is to go is decided again then.</summary>
    /// <param name="vm">The VM.</param>
    internal void Unplace(Guid vm) => _ledger.Remove(vm);

    /// <summary>Counts a VM no more: its migration ended, or it is not going to be.</summary>
    /// <param name="plan">Its plan.</param>
    public void Release(MigrationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);

        // In this order: a host that is asked in between shows the VM.
        _pictures.Forget(plan.Source);
        _pictures.Forget(plan.Destination);
        _ledger.Remove(plan.Uuid);
    }

    // What came down the pipeline may be minutes old.
    private static async Task<VirtualMachine> CurrentAsync(VirtualMachine vm, IHypervisorHost source, CancellationToken cancellationToken)
    {
        VmObservation now = await source.ObserveAsync(vm.Uuid, cancellationToken);
        if (!now.Answered)
        {
            throw new VirtMigrationException("HostUnreachable", $"Host {vm.Host} did not answer: {now.Error}",
                $"See to it that {source.Registration.ConnectUri} answers, then try again.", vm.Name);
        }

        return !now.Present
            ? throw new VirtMigrationException("VmNotFound", $"VM '{vm.Name}' ({vm.Uuid}) is not on {vm.Host} any more.",
                $"List it again: Get-VM {vm.Name}.", vm.Name)
            : now.JobRunning
                ? throw PreparedVm.AlreadyUnderWay(vm.Name, vm.Host)
                : vm with { State = now.State, Reason = now.Reason, Persistent = now.Persistent };
    }

    // What cannot be planned for any host is the request's own fault, and has the planner's own error.
    private static void RequirePlannable(IReadOnlyList<DestinationCandidate> candidates, int silent, bool named)
    {
        if (candidates is [{ PlanError: VirtMigrationException first }, ..]
            && (named || (silent == 0 && first.ErrorId != "DestinationIsSource" && candidates.All(candidate => candidate.PlanError?.ErrorId == first.ErrorId))))
        {
            throw first;
        }
    }

    private static MigrationPlan Chosen(MigrationPlan plan, IReadOnlyList<DestinationReport> reports)
    {
        DestinationReport[] fitting = [.. reports.Where(report => report.Eligible)];
        string reason = fitting.Length == 1
            ? reports.Count == 1 ? "the cluster's only other host" : $"the only one of the cluster's {reports.Count} other hosts that fits"
            : fitting[0].Score == fitting[1].Score
                ? $"the best of {fitting.Length} hosts that fit: score {fitting[0].Score}, as has {fitting[1].Destination}"
                : $"the best of {fitting.Length} hosts that fit: score {fitting[0].Score}, before {fitting[1].Destination} with {fitting[1].Score}";
        return plan with
        {
            Decisions = (PlanDecision[])[.. plan.Decisions.Select(decision => decision.Setting == "Destination" ? decision with { Reason = reason } : decision)],
        };
    }
}
