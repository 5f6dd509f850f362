using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Reads hosts and VMs, all hosts at once. A host that does not answer never hides the others.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class InventoryReader(IHypervisor hypervisor, HostRegistry registry)
{
    /// <summary>The registered hosts with what they say about themselves, as they answer.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VmHost[]> DescribeAsync(IEnumerable<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        ClusterState state = registry.Store.Load();
        return Task.WhenAll(hosts.Select(host => DescribeAsync(host, MaintenanceCatalog.Of(state, host.Name), cancellationToken)));
    }

    /// <summary>The VMs of some hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The VMs by host and name, and an error for each host that did not answer.</returns>
    public async Task<(IReadOnlyList<VirtualMachine> Vms, IReadOnlyList<HypervisorException> Errors)> ListAsync(
        IReadOnlyList<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        List<VirtualMachine> vms = [];
        List<HypervisorException> errors = [];
        List<Task<IReadOnlyList<VirtualMachine>>> listing = [.. hosts.Select(host => ListAsync(host, cancellationToken))];
        foreach (Task<IReadOnlyList<VirtualMachine>> one in listing)
        {
            try
            {
                vms.AddRange((await one).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase));
            }
            catch (HypervisorException error)
            {
                errors.Add(error);
            }
        }

        return (vms, errors);
    }

    /// <summary>The one VM that a reference means, over all registered hosts.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="matches">Whether a VM's name matches the reference's, wildcards and all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">VmNotFound, with the nearest names, or VmAmbiguous, with all that match.</exception>
    public async Task<VirtualMachine> FindAsync(VmReference reference, Func<string, bool> matches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Vm is VirtualMachine listed)
        {
            return listed;
        }

        (IReadOnlyList<VirtualMachine> all, IReadOnlyList<HypervisorException> errors) = await ListAsync(RequireHosts(), cancellationToken);
        List<VirtualMachine> found = Guid.TryParse(reference.Name, out Guid uuid)
            ? [.. all.Where(vm => vm.Uuid == uuid)]
            : [.. all.Where(vm => matches(vm.Name))];

        // One VM can be known to two hosts: a definition left on one, the guest running on the other; or, while it migrates, its other half.
        List<VirtualMachine> active = [.. found.Where(vm => vm.State is not (VmPowerState.ShutOff or VmPowerState.Crashed))];
        List<VirtualMachine> whole = [.. active.Where(vm => vm.State != VmPowerState.Paused || vm.Reason is VmStateReason.PausedByUser or VmStateReason.IoError or VmStateReason.Other)];
        bool oneVm = active.Count > 0 && found.Select(vm => vm.Uuid).Distinct().Count() == 1;
        List<VirtualMachine> meant = !oneVm ? found : whole.Count > 0 ? whole : [active[0]];
        return meant.Count switch
        {
            1 => meant[0],
            0 when errors.Count > 0 => throw new VirtMigrationException("VmNotFound",
                $"There is no VM '{reference.Name}' on the hosts that answered; {string.Join("; ", errors.Select(error => error.Message))}",
                "See to it that all hosts answer: Get-VmHost.", reference.Name, errors[0]),
            0 => throw new UnknownNameException("VmNotFound", "VM", reference.Name, all.Select(vm => vm.Name), "Get-VM"),
            _ => throw new VirtMigrationException("VmAmbiguous",
                $"'{reference.Name}' means several VMs: {string.Join(", ", meant.Select(vm => $"{vm.Name} on {vm.Host} ({vm.State}, {vm.Uuid})"))}.",
                "Name one by its UUID, or pipe what you mean: Get-VM <name> -Host <host> | ...", reference.Name),
        };
    }

    /// <summary>All registered hosts.</summary>
    /// <exception cref="VirtMigrationException">NoHosts: none is registered.</exception>
    public IReadOnlyList<HostRegistration> RequireHosts()
    {
        IReadOnlyList<HostRegistration> hosts = registry.All();
        return hosts.Count > 0
            ? hosts
            : throw new VirtMigrationException("NoHosts", "No host is registered.",
                "Register one: Register-VmHost h1 -Uri qemu+ssh://root@h1/system");
    }

    private async Task<IReadOnlyList<VirtualMachine>> ListAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        return await host.ListAsync(cancellationToken);
    }

    private async Task<VmHost> DescribeAsync(HostRegistration registration, HostMaintenance? maintenance, CancellationToken cancellationToken)
    {
        VmHost bare = new()
        {
            Name = registration.Name,
            Cluster = registration.Cluster,
            State = HostState.Unreachable,
            Maintenance = maintenance?.State.ToString(),
            ConnectUri = registration.ConnectUri,
            PeerUri = registration.PeerUri,
            MigrationAddress = registration.MigrationAddress,
            MigrationInterface = registration.MigrationInterface,
            LinkSpeed = registration.LinkSpeed,
        };
        try
        {
            IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
            HostFacts facts = await host.GetFactsAsync(cancellationToken);
            return bare with
            {
                State = HostState.Up,
                Uuid = facts.Uuid,
                Hypervisor = facts.Hypervisor,
                LibvirtVersion = facts.LibvirtVersion.ToString(),
                HypervisorVersion = facts.HypervisorVersion?.ToString(),
                Threads = facts.Threads,
                Memory = facts.Memory,
                AvailableMemory = facts.AvailableMemory,
                NumaCells = facts.Cells.Count,
                LinkSpeed = new HostInventory(registration, facts).LinkSpeed,
            };
        }
        catch (HypervisorException error)
        {
            return bare with { Reason = error.Message };
        }
    }
}
