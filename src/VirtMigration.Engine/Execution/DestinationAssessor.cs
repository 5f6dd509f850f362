using System.Collections.Concurrent;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Says of each host whether VMs can go there, and how well. Reads only. What hosts say is asked once for all the VMs of one
/// assessor, and a VM is counted in on its best host before the next one is looked at.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class DestinationAssessor(IHypervisor hypervisor, HostRegistry registry)
{
    private readonly ConcurrentDictionary<string, Task<HostPicture>> _pictures = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PlacementReservation> _reserved = new(StringComparer.OrdinalIgnoreCase);

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
        ClusterState state = registry.Store.Load();
        HostRegistration sourceRegistration = registry.Find(vm.Host);
        IReadOnlyList<HostRegistration> hosts = destinations is null
            ? [.. registry.OfCluster(sourceRegistration.Cluster).Where(host => !Same(host.Name, vm.Host))]
            : [.. destinations.Select(registry.Find)];
        List<(HostRegistration Host, Task<HostPicture> Picture)> reading = [.. hosts.Select(host => (host, PictureAsync(host, cancellationToken)))];
        IHypervisorHost source = await hypervisor.ConnectAsync(sourceRegistration, cancellationToken);
        HostPicture home = await PictureAsync(sourceRegistration, cancellationToken);
        VmDefinition definition = await source.GetDefinitionAsync(vm.Uuid, cancellationToken);
        definition = Stated is null ? definition : definition with { Options = Stated };

        List<DestinationCandidate> candidates = [];
        List<DestinationReport> silent = [];
        foreach ((HostRegistration host, Task<HostPicture> picture) in reading)
        {
            try
            {
                HostPicture there = await picture;
                candidates.Add(Candidate(vm, definition, home, there, options, state) with
                {
                    Cpu = await CompareAsync(there.Host, definition, cancellationToken),
                });
            }
            catch (HypervisorException error)
            {
                silent.Add(Silent(vm, host.Name, error));
            }
        }

        IReadOnlyList<DestinationReport> ranked = DestinationRanking.Rank(candidates);
        if (ranked is [{ Eligible: true } best, ..])
        {
            Reserve(vm, definition, best.Destination);
        }

        return [.. ranked, .. silent];
    }

    private async Task<HostPicture> ReadAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        Task<HostFacts> facts = host.GetFactsAsync(cancellationToken);
        Task<HostSurroundings> surroundings = host.GetSurroundingsAsync(cancellationToken);
        Task<HostLoad> load = host.GetLoadAsync(cancellationToken);
        return new(host, new(registration, await facts), await surroundings, await load);
    }

    private Task<HostPicture> PictureAsync(HostRegistration host, CancellationToken cancellationToken) =>
        _pictures.GetOrAdd(host.Name, _ => ReadAsync(host, cancellationToken));

    private DestinationCandidate Candidate(
        VirtualMachine vm, VmDefinition definition, HostPicture home, HostPicture there, PlanOptions options, ClusterState state)
    {
        DestinationCandidate candidate = new(vm, definition, home.Inventory, there.Inventory)
        {
            SourceSurroundings = home.Surroundings,
            Surroundings = there.Surroundings,
            Load = there.Load,
            IgnoreAffinity = options.IgnoreAffinity,
            Reserved = _reserved.GetValueOrDefault(there.Inventory.Name) ?? PlacementReservation.None,
        };
        try
        {
            return candidate with
            {
                Plan = MigrationPlanner.Plan(new()
                {
                    Vm = vm,
                    Definition = definition,
                    Source = home.Inventory,
                    Destination = there.Inventory,
                    Parameters = options,
                    Cluster = OptionCatalog.Of(state, vm.Cluster),
                    Policies = PolicyCatalog.Of(state),
                }),
            };
        }
        catch (VirtMigrationException error)
        {
            return candidate with { PlanError = error };
        }
    }

    // A host that answered, and fails at this one question, leaves it open.
    private static async Task<CpuComparison?> CompareAsync(IHypervisorHost host, VmDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Cpu.Text is null)
        {
            return null;
        }

        try
        {
            return await host.CompareCpuAsync(definition.Cpu, definition.Architecture, definition.MachineType, cancellationToken);
        }
        catch (HypervisorException error)
        {
            return new(null, error.Message);
        }
    }

    private static DestinationReport Silent(VirtualMachine vm, string host, HypervisorException error) => new()
    {
        VM = vm.Name,
        Uuid = vm.Uuid,
        Source = vm.Host,
        Destination = host,
        Eligible = false,
        Findings = (DestinationFinding[])
        [
            new("HostSilent", host, FindingSeverity.Blocker, "a host that answers", error.Message.TrimEnd('.'), error.RecommendedAction),
        ],
    };

    private void Reserve(VirtualMachine vm, VmDefinition definition, string host)
    {
        PlacementReservation before = _reserved.GetValueOrDefault(host) ?? PlacementReservation.None;
        Dictionary<ByteSize, long> pages = new(before.HugePages);
        Dictionary<int, ByteSize> cells = new(before.CellMemory);
        foreach (MemoryPart part in GuestMemory.Parts(definition))
        {
            if (part.Pages?.PageSize is ByteSize size)
            {
                pages[size] = pages.GetValueOrDefault(size) + ((part.Bytes + size.Bytes - 1) / size.Bytes);
            }
            else if (part is { Pages: null, Binding: { Mode: NumaMode.Strict, HostCells: [int cell] } })
            {
                cells[cell] = new(cells.GetValueOrDefault(cell).Bytes + part.Bytes);
            }
        }

        _reserved[host] = before with
        {
            Vms = [.. before.Vms, vm.Name],
            Memory = new(before.Memory.Bytes + GuestMemory.OrdinaryBytes(definition) + GuestMemory.Overhead(definition).Bytes),
            VCpus = before.VCpus + definition.OnlineVCpus,
            HugePages = pages,
            CellMemory = cells,
        };
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private sealed record HostPicture(IHypervisorHost Host, HostInventory Inventory, HostSurroundings Surroundings, HostLoad Load);
}
