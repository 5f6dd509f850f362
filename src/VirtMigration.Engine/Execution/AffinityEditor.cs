using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Checks changes of affinity groups against the other groups and against what the VMs state. Changes nothing.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class AffinityEditor(IHypervisor hypervisor, HostRegistry registry)
{
    /// <summary>Checks a group that is to be added.</summary>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupExists or AffinityConflict.</exception>
    public Task<AffinityChange> ProposeAsync(AffinityGroup group, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        return ProposeAsync(null, group, registry.Store.Load(), cancellationToken);
    }

    /// <summary>Checks a change of a group.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cluster">Its cluster; null: any, if only one has a group of that name.</param>
    /// <param name="edit">The change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupNotFound, AffinityGroupAmbiguous, AffinityGroupExists, VmNotInAffinityGroup,
    /// or what <see cref="AffinityRules"/> finds.</exception>
    public Task<AffinityChange> ProposeAsync(string name, string? cluster, AffinityEdit edit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(edit);
        AffinityGroup before = new AffinityCatalog(registry.Store).Find(name, cluster);
        return ProposeAsync(before, edit.Apply(before), registry.Store.Load(), cancellationToken);
    }

    private async Task<AffinityChange> ProposeAsync(AffinityGroup? before, AffinityGroup after, ClusterState state, CancellationToken cancellationToken)
    {
        IReadOnlyList<AffinityGroup> others = AffinityCatalog.Others(state, after.Cluster, before?.Name);
        AffinityCatalog.Require(after, others);
        List<string> warnings = [];
        if (AffinityRules.Contradiction(after, others) is string contradiction)
        {
            warnings.Add($"not every group can be kept: {contradiction}; a mandatory one goes before one that is not");
        }

        IReadOnlyList<HostRegistration> hosts = [.. registry.All().Where(host => Same(host.Cluster, after.Cluster))];
        if (after.Rule == AffinityRule.Apart && after.Vms.Count > hosts.Count)
        {
            warnings.Add($"affinity group '{after.Name}' has {after.Vms.Count} VMs and cluster '{after.Cluster}' {hosts.Count} {(hosts.Count == 1 ? "host" : "hosts")}: they cannot all run apart");
        }

        if (after is { Rule: AffinityRule.Together, Mandatory: true })
        {
            warnings.AddRange(await CommonHostAsync(after, hosts, cancellationToken));
        }

        return new(before, after, warnings);
    }

    // VMs that have to be on one host need one that each of them may be on.
    private async Task<IReadOnlyList<string>> CommonHostAsync(AffinityGroup group, IReadOnlyList<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        List<string> silent = [];
        Dictionary<Guid, VmMigrationOptions> stated = [];
        foreach ((HostRegistration host, Task<IReadOnlyList<StoredVmOptions>> reading) in hosts.Select(host => (host, ListAsync(host, cancellationToken))).ToList())
        {
            try
            {
                foreach (StoredVmOptions one in await reading)
                {
                    stated.TryAdd(one.Vm, one.Options);
                }
            }
            catch (HypervisorException)
            {
                silent.Add(host.Name);
            }
        }

        List<string> warnings = [];
        List<(AffinityMember Vm, VmMigrationOptions Options)> tied =
        [
            .. group.Vms.Where(vm => stated.TryGetValue(vm.Uuid, out VmMigrationOptions? options) && (options.AssignedHosts ?? options.ExcludedHosts) is not null)
                .Select(vm => (vm, stated[vm.Uuid])),
        ];
        if (tied.Count > 0 && !hosts.Any(host => tied.All(vm => vm.Options.Allows(host.Name))))
        {
            warnings.Add($"the VMs of affinity group '{group.Name}' have no host in common that each of them may be on: {string.Join("; ", tied.Select(vm => $"{vm.Vm}: {Describe(vm.Options)}"))}");
        }

        if (silent.Count > 0)
        {
            warnings.Add($"the assigned hosts of VMs on {string.Join(", ", silent)} were not looked at, for {(silent.Count == 1 ? "it does" : "they do")} not answer");
        }

        return warnings;
    }

    private async Task<IReadOnlyList<StoredVmOptions>> ListAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        return await host.ListVmOptionsAsync(cancellationToken);
    }

    private static string Describe(VmMigrationOptions options) => string.Join(", ",
        new[]
        {
            options.AssignedHosts is HostNames assigned ? $"assigned to {assigned}" : null,
            options.ExcludedHosts is HostNames excluded ? $"excluded from {excluded}" : null,
        }.OfType<string>());

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
