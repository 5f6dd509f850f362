using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Says of each host whether VMs can go there, and how well. Reads only. What hosts say is asked once for all the VMs of one
/// assessor, and a VM is counted in on its best host before the next one is looked at.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class DestinationAssessor(IHypervisor hypervisor, HostRegistry registry)
{
    private readonly PlacementLedger _ledger = new();
    private readonly HostPictures _pictures = new(hypervisor);

    /// <summary>What the VMs would state, in place of what they do state; null: the latter.</summary>
    public VmMigrationOptions? Stated { get; init; }

    /// <summary>A report for each host that was named, or for each other host of the VM's cluster; the best first.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="options">What is asked of the migration.</param>
    /// <param name="destinations">The hosts by name; null: the cluster's others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostNotFound; or the VM's own host does not answer.</exception>
    public async Task<IReadOnlyList<DestinationReport>> AssessAsync(
        VirtualMachine vm, PlanOptions options, IReadOnlyList<string>? destinations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        (IReadOnlyList<DestinationCandidate> candidates, IReadOnlyList<(string Host, HypervisorException Error)> silent) =
            await new DestinationSurvey(registry, _pictures, _ledger) { Stated = Stated }.LookAsync(vm, options, destinations, cancellationToken);
        IReadOnlyList<DestinationReport> reports = DestinationRanking.Rank(candidates, silent, vm);
        if (reports is [{ Eligible: true } best, ..])
        {
            _ledger.Place(vm, candidates.First(candidate => candidate.Destination.Name == best.Destination).Landing, best.Destination);
        }

        return [.. reports.Select(report => report with { Policy = options.Policy?.Name, RemapPins = options.RemapPins == true })];
    }
}
