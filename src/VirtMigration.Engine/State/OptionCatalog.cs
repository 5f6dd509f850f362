using VirtMigration.Options;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>What the clusters state for their migrations.</summary>
/// <param name="store">Where it is kept.</param>
public sealed class OptionCatalog(IClusterStore store)
{
    /// <summary>What a cluster states in a state that was read; nothing where it states nothing.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cluster">The cluster, without regard to case.</param>
    public static ClusterMigrationOptions Of(ClusterState state, string cluster)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Clusters.FirstOrDefault(one => Same(one.Cluster, cluster)) ?? new() { Cluster = cluster };
    }

    /// <summary>What a cluster states.</summary>
    /// <param name="cluster">The cluster.</param>
    public ClusterMigrationOptions Of(string cluster) => Of(store.Load(), cluster);

    /// <summary>Changes what a cluster states, on what is stored now: another operator's change of another option stays.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="change">The change.</param>
    public ClusterMigrationOptions Set(string cluster, Func<ClusterMigrationOptions, ClusterMigrationOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ClusterState changed = store.Update(state =>
        {
            ClusterMigrationOptions options = change(Of(state, cluster));
            OptionRules.Check(options);
            return state with { Clusters = [.. state.Clusters.Where(one => !Same(one.Cluster, cluster)), .. StatesNothing(options) ? [] : (ClusterMigrationOptions[])[options]] };
        });
        return Of(changed, cluster);
    }

    private static bool StatesNothing(ClusterMigrationOptions options) => options == new ClusterMigrationOptions { Cluster = options.Cluster };

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
