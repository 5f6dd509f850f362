using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Says of hosts in maintenance what is on them now, and who is at it. Reads only, all hosts at once.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="ownership">In whose hands hosts are.</param>
public sealed class MaintenanceLister(IHypervisor hypervisor, HostRegistry registry, MigrationOwnership ownership)
{
    /// <summary>The records of some hosts. A host that does not answer is listed with the reason.</summary>
    /// <param name="hosts">The hosts; null: all that have a record, those among them that are no longer registered too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<VmHostMaintenance[]> ListAsync(IReadOnlyList<HostRegistration>? hosts, CancellationToken cancellationToken)
    {
        ClusterState state = registry.Store.Load();
        return Task.WhenAll(MaintenanceCatalog.Of(state)
            .Where(record => hosts is null || hosts.Any(host => Same(host.Name, record.Host)))
            .Select(record => ShowAsync(record, state.Hosts.FirstOrDefault(host => Same(host.Name, record.Host)), cancellationToken)));
    }

    private async Task<VmHostMaintenance> ShowAsync(HostMaintenance record, HostRegistration? host, CancellationToken cancellationToken)
    {
        VmHostMaintenance bare = new()
        {
            Host = record.Host,
            Cluster = host?.Cluster,
            State = record.State,
            Operator = record.Operator,
            Since = record.Since,
            Reason = record.Reason,
            Shell = record.Shell?.ToString(),
            ShellAlive = record.Shell is null ? null : ownership.IsAlive(record.Shell),
            Moved = record.Moved,
            Left = record.Left,
            Plan = record.Plan,
        };
        if (host is null)
        {
            return bare with { Problem = "the host is not registered any more" };
        }

        try
        {
            IHypervisorHost there = await hypervisor.ConnectAsync(host, cancellationToken);
            Task<HostFacts> facts = there.GetFactsAsync(cancellationToken);
            Task<IReadOnlyList<VirtualMachine>> listing = there.ListAsync(cancellationToken);
            await Task.WhenAll(facts, listing);
            (MigrationLease? lease, bool? alive) = await ownership.LookAsync((await facts).Uuid, cancellationToken);
            ILookup<bool, string> vms = (await listing).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)
                .ToLookup(vm => vm.State is not (VmPowerState.ShutOff or VmPowerState.Crashed), vm => vm.Name);
            return bare with
            {
                HeldBy = alive == false ? null : lease?.ToString(),
                Running = vms[true].ToArray(),
                Stopped = vms[false].ToArray(),
            };
        }
        catch (HypervisorException error)
        {
            return bare with { Problem = error.Message };
        }
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
