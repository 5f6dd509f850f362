using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>Which hosts are looked at, and which ways between them.</summary>
public sealed record HostTestScope
{
    private HostTestScope(IReadOnlyList<HostRegistration> hosts, IReadOnlyList<HostTestPair> pairs)
    {
        Hosts = hosts;
        Pairs = pairs;
    }

    /// <summary>The hosts that have a report of their own.</summary>
    public IReadOnlyList<HostRegistration> Hosts { get; }

    /// <summary>The ways that have one.</summary>
    public IReadOnlyList<HostTestPair> Pairs { get; }

    /// <summary>What is looked at where some hosts are meant: with peers, the ways from each host to each peer. Else, of several hosts, the
    /// ways between all that are of one cluster; of one host alone, the ways between it and its cluster's others.</summary>
    /// <param name="hosts">The hosts that are meant.</param>
    /// <param name="peers">The hosts that are to receive; null: not stated.</param>
    /// <param name="registered">All registered hosts.</param>
    public static HostTestScope Of(IReadOnlyList<HostRegistration> hosts, IReadOnlyList<HostRegistration>? peers, IReadOnlyList<HostRegistration> registered)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(registered);
        return new(hosts, [.. peers is not null ? Between(hosts, peers) : hosts is [HostRegistration alone] ? Around(alone, registered) : Between(hosts, hosts).Where(OfOneCluster)]);
    }

    private static IEnumerable<HostTestPair> Between(IEnumerable<HostRegistration> sources, IReadOnlyList<HostRegistration> destinations) =>
        sources.SelectMany(source => destinations.Select(destination => new HostTestPair(source, destination))).Where(pair => !Same(pair.Source.Name, pair.Destination.Name));

    private static IEnumerable<HostTestPair> Around(HostRegistration host, IReadOnlyList<HostRegistration> registered) =>
        Between([host], registered).Concat(Between(registered, [host])).Where(OfOneCluster);

    private static bool OfOneCluster(HostTestPair pair) => Same(pair.Source.Cluster, pair.Destination.Cluster);

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
