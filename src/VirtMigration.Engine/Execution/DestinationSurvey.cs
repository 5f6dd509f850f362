using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Gathers all that speaks for and against hosts as a VM's destination. Reads only.</summary>
/// <param name="registry">The registered hosts.</param>
/// <param name="pictures">What hosts say.</param>
/// <param name="ledger">The VMs that are on their way.</param>
internal sealed class DestinationSurvey(HostRegistry registry, HostPictures pictures, PlacementLedger ledger)
{
    /// <summary>What the VM would state, in place of what it does state; null: the latter.</summary>
    public VmMigrationOptions? Stated { get; init; }

    /// <summary>A candidate for each host that answered, and the error of each other.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="options">What is asked of the migration.</param>
    /// <param name="destinations">The hosts by name; null: the cluster's others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostNotFound; or the VM's own host does not answer.</exception>
    public async Task<(IReadOnlyList<DestinationCandidate> Candidates, IReadOnlyList<(string Host, HypervisorException Error)> Silent)> LookAsync(
        VirtualMachine vm, PlanOptions options, IReadOnlyList<string>? destinations, CancellationToken cancellationToken)
    {
        ClusterState state = registry.Store.Load();
        HostRegistration sourceRegistration = registry.Find(vm.Host);
        IReadOnlyList<HostRegistration> others = [.. registry.OfCluster(sourceRegistration.Cluster).Where(host => !Same(host.Name, vm.Host))];
        IReadOnlyList<HostRegistration> hosts = destinations is null ? others : [.. destinations.Select(registry.Find)];
        IReadOnlyList<AffinityGroup> groups = AffinityCatalog.Of(state, vm.Cluster, vm.Uuid);

        // All at once: whoever is slow holds nobody up.
        HostRegistration[] asked = groups.Count == 0 ? [.. hosts] : [.. hosts.Concat(others).DistinctBy(host => host.Name, StringComparer.OrdinalIgnoreCase)];
        Dictionary<string, Task<HostPicture>> reading = asked.ToDictionary(host => host.Name, host => pictures.OfAsync(host, cancellationToken), StringComparer.OrdinalIgnoreCase);
        HostPicture home = await pictures.OfAsync(sourceRegistration, cancellationToken);
        VmDefinition read = await home.Host.GetDefinitionAsync(vm.Uuid, cancellationToken);
        VmDefinition definition = Stated is null ? read : read with { Options = Stated };

        Dictionary<string, HostPicture> answered = new(StringComparer.OrdinalIgnoreCase) { [home.Inventory.Name] = home };
        List<(string Host, HypervisorException Error)> silent = [];
        foreach ((string name, Task<HostPicture> picture) in reading)
        {
            try
            {
                answered[name] = await picture;
            }
            catch (HypervisorException error)
            {
                silent.Add((name, error));
            }
        }

        DestinationCandidate common = new(vm, definition, home.Inventory, home.Inventory)
        {
            SourceSurroundings = home.Surroundings,
            Cluster = OptionCatalog.Of(state, vm.Cluster),
            Groups = groups,
            Whereabouts = Whereabouts(groups, answered),
            Silent = groups.Count == 0 ? [] : [.. silent.Select(one => one.Host)],
        };
        IReadOnlyList<HostPicture> there = [.. hosts.Where(host => answered.ContainsKey(host.Name)).Select(host => answered[host.Name])];
        Task<CpuComparison?>[] comparing = [.. there.Select(host => pictures.CompareAsync(host, definition, cancellationToken))];
        IReadOnlyList<Policies.MigrationPolicy> policies = PolicyCatalog.Of(state);
        List<DestinationCandidate> candidates = [];
        foreach ((HostPicture host, Task<CpuComparison?> comparison) in there.Zip(comparing))
        {
            candidates.Add(Candidate(common, host, options, policies, destinations is not null) with
            {
                Cpu = await comparison,
                Maintenance = MaintenanceCatalog.Of(state, host.Inventory.Name),
            });
        }

        return (candidates, [.. silent.Where(one => hosts.Any(host => Same(host.Name, one.Host)))]);
    }

    private DestinationCandidate Candidate(
        DestinationCandidate common, HostPicture there, PlanOptions options, IReadOnlyList<Policies.MigrationPolicy> policies, bool named)
    {
        PlacementReservation reserved = ledger.On(there.Inventory.Name, there.Load.Vms, common.Vm.Uuid);
        return (common with
        {
            Destination = there.Inventory,
            Surroundings = there.Surroundings,
            Load = there.Load,
            Reserved = reserved,
        }).Planned(options, policies, named ? SettingOrigin.Parameter : SettingOrigin.Default);
    }

    // A VM on its way counts where it is to be: the one that is looked at now comes after it.
    private Dictionary<Guid, string> Whereabouts(IReadOnlyList<AffinityGroup> groups, Dictionary<string, HostPicture> answered)
    {
        Dictionary<Guid, string> found = [];
        if (groups.Count == 0)
        {
            return found;
        }

        HashSet<Guid> members = [.. groups.SelectMany(group => group.Vms).Select(member => member.Uuid)];
        foreach (HostPicture host in answered.Values)
        {
            foreach (Guid vm in host.Load.Vms.Where(members.Contains))
            {
                found[vm] = host.Inventory.Name;
            }
        }

        foreach ((Guid vm, string host) in ledger.Whereabouts().Where(one => members.Contains(one.Key)))
        {
            found[vm] = host;
        }

        return found;
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
