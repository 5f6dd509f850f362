using VirtMigration.Inventory;

namespace VirtMigration.Options;

/// <summary>The hosts that a VM's options name, held against those there are. Pure.</summary>
public static class HostLists
{
    /// <summary>The options with each host named as it was registered. A list that does not change is left alone: it may have come with
    /// the VM from elsewhere.</summary>
    /// <param name="options">The options.</param>
    /// <param name="before">What the VM states now.</param>
    /// <param name="hosts">The hosts of the VM's cluster.</param>
    /// <param name="cluster">The cluster.</param>
    /// <exception cref="UnknownNameException">HostNotFound, with the nearest names.</exception>
    public static VmMigrationOptions Settle(VmMigrationOptions options, VmMigrationOptions before, IReadOnlyList<HostRegistration> hosts, string cluster)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(hosts);
        return options with
        {
            AssignedHosts = Settle(options.AssignedHosts, before.AssignedHosts, hosts, cluster),
            ExcludedHosts = Settle(options.ExcludedHosts, before.ExcludedHosts, hosts, cluster),
            PreferredHosts = Settle(options.PreferredHosts, before.PreferredHosts, hosts, cluster),
            AvoidedHosts = Settle(options.AvoidedHosts, before.AvoidedHosts, hosts, cluster),
        };
    }

    private static HostNames? Settle(HostNames? names, HostNames? before, IReadOnlyList<HostRegistration> hosts, string cluster) =>
        names is null || names.Equals(before) ? names : HostNames.Parse(string.Join(',', names.Names.Select(name => Registered(name, hosts, cluster))));

    private static string Registered(string name, IReadOnlyList<HostRegistration> hosts, string cluster) =>
        hosts.FirstOrDefault(host => host.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
        ?? throw new UnknownNameException("HostNotFound", "host", name, hosts.Select(host => host.Name), "Get-VmHost", $" in cluster '{cluster}'");
}
