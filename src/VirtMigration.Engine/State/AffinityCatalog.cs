using VirtMigration.Options;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>Which VMs belong together or apart.</summary>
/// <param name="store">Where it is kept.</param>
public sealed class AffinityCatalog(IClusterStore store)
{
    private const string Lister = "Get-VmAffinityGroup";

    /// <summary>All groups, by cluster and name.</summary>
    public IReadOnlyList<AffinityGroup> All() => Of(store.Load());

    /// <summary>All groups of a state that was read, by cluster and name.</summary>
    /// <param name="state">The state.</param>
    public static IReadOnlyList<AffinityGroup> Of(ClusterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return
        [
            .. state.AffinityGroups
                .OrderBy(group => group.Cluster, StringComparer.OrdinalIgnoreCase)
                .ThenBy(group => group.Name, StringComparer.OrdinalIgnoreCase)
                .Select(group => group with { Vms = (AffinityMember[])[.. group.Vms] }),
        ];
    }

    /// <summary>The groups of a VM in a state that was read.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cluster">The VM's cluster, without regard to case: groups of another do not count for it.</param>
    /// <param name="vm">The VM.</param>
    public static IReadOnlyList<AffinityGroup> Of(ClusterState state, string cluster, Guid vm)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<AffinityGroup>? found = null;
        foreach (AffinityGroup group in state.AffinityGroups)
        {
            if (Same(group.Cluster, cluster) && Has(group, vm))
            {
                (found ??= []).Add(group);
            }
        }

        return found is null ? [] : found;
    }

    /// <summary>The group with a name, without regard to case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cluster">Its cluster; null: any, if only one has a group of that name.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupNotFound, with the nearest names, or AffinityGroupAmbiguous.</exception>
    public AffinityGroup Find(string name, string? cluster) => Find(All(), name, cluster);

    /// <summary>The groups that a name or a pattern means.</summary>
    /// <param name="name">The name, or the pattern.</param>
    /// <param name="cluster">The cluster; null: any.</param>
    /// <param name="matches">Whether a name matches it.</param>
    /// <param name="pattern">Whether it is a pattern, which may match nothing.</param>
    /// <exception cref="UnknownNameException">AffinityGroupNotFound: nothing has the name.</exception>
    public IReadOnlyList<AffinityGroup> Match(string name, string? cluster, Func<string, bool> matches, bool pattern)
    {
        IReadOnlyList<AffinityGroup> all = All();
        AffinityGroup[] found = [.. all.Where(group => (cluster is null || Same(group.Cluster, cluster)) && matches(group.Name))];
        return found.Length == 0 && !pattern ? [Find(all, name, cluster)] : found;
    }

    /// <summary>Adds a group.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupExists, or what <see cref="AffinityRules"/> finds.</exception>
    public void Add(AffinityGroup group)
    {
        AffinityRules.Check(group);
        store.Update(state => With(state, [], group));
    }

    /// <summary>Changes a group, on what is stored now.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cluster">Its cluster; null: any, if only one has a group of that name.</param>
    /// <param name="edit">The change.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupNotFound, AffinityGroupAmbiguous, AffinityGroupExists,
    /// VmNotInAffinityGroup, or what <see cref="AffinityRules"/> finds.</exception>
    public AffinityGroup Change(string name, string? cluster, AffinityEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        AffinityGroup? changed = null;
        store.Update(state =>
        {
            AffinityGroup before = Find(Of(state), name, cluster);
            changed = edit.Apply(before);
            return With(state, [before], changed);
        });
        return changed!;
    }

    /// <summary>Removes a group; its VMs are not touched.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cluster">Its cluster; null: any, if only one has a group of that name.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupNotFound or AffinityGroupAmbiguous.</exception>
    public void Remove(string name, string? cluster) => store.Update(state =>
    {
        AffinityGroup gone = Find(Of(state), name, cluster);
        return state with { AffinityGroups = [.. Without(state, gone)] };
    });

    /// <summary>The groups of a cluster but one.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="but">The name of the one; null: none is left out.</param>
    internal static IReadOnlyList<AffinityGroup> Others(ClusterState state, string cluster, string? but) =>
        [.. Of(state).Where(group => Same(group.Cluster, cluster) && (but is null || !Same(group.Name, but)))];

    /// <summary>Throws for a group whose name another one of its cluster has, or that cannot be kept beside the others.</summary>
    /// <param name="group">The group.</param>
    /// <param name="others">The other groups of its cluster.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupExists or AffinityConflict.</exception>
    internal static void Require(AffinityGroup group, IReadOnlyList<AffinityGroup> others)
    {
        if (others.Any(other => Same(other.Name, group.Name)))
        {
            throw new VirtMigrationException("AffinityGroupExists", $"There is an affinity group '{group.Name}' in cluster '{group.Cluster}' already.",
                $"Choose another name, or change that one: Set-VmAffinityGroup {group.Name}.", group.Name);
        }

        AffinityRules.RequireConsistent(group, others);
    }

    private static ClusterState With(ClusterState state, IReadOnlyList<AffinityGroup> replaced, AffinityGroup group)
    {
        Require(group, Others(state, group.Cluster, replaced.Count == 0 ? null : replaced[0].Name));
        return state with { AffinityGroups = [.. replaced.Count == 0 ? state.AffinityGroups : Without(state, replaced[0]), group] };
    }

    private static IEnumerable<AffinityGroup> Without(ClusterState state, AffinityGroup gone) =>
        state.AffinityGroups.Where(group => !Same(group.Name, gone.Name) || !Same(group.Cluster, gone.Cluster));

    private static AffinityGroup Find(IReadOnlyList<AffinityGroup> groups, string name, string? cluster)
    {
        AffinityGroup[] found = [.. groups.Where(group => Same(group.Name, name) && (cluster is null || Same(group.Cluster, cluster)))];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new UnknownNameException("AffinityGroupNotFound", "affinity group", name,
                groups.Where(group => cluster is null || Same(group.Cluster, cluster)).Select(group => group.Name), Lister, cluster is null ? string.Empty : $" in cluster '{cluster}'"),
            _ => throw new VirtMigrationException("AffinityGroupAmbiguous",
                $"There are several affinity groups '{name}': in {string.Join(", ", found.Select(group => $"cluster '{group.Cluster}'"))}.",
                "Name the cluster too: -Cluster.", name),
        };
    }

    private static bool Has(AffinityGroup group, Guid vm)
    {
        for (int i = 0; i < group.Vms.Count; i++)
        {
            if (group.Vms[i].Uuid == vm)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
