using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Options;

/// <summary>Finds settings that exclude each other before a migration meets them. Pure.</summary>
public static class OptionConflicts
{
    internal const string ExcludesPostCopy = "parallel connections exclude post-copy";

    internal const string Forbidden = "the cluster forbids parallel migration";

    internal const string PolicyForbidden = "the policy needs parallel migration, which the cluster forbids";

    /// <summary>The conflict of a VM, or of the cluster itself; null: there is none.</summary>
    /// <param name="vm">The VM's name; null: the cluster itself.</param>
    /// <param name="host">The VM's host.</param>
    /// <param name="own">What the VM states.</param>
    /// <param name="cluster">What the cluster states.</param>
    /// <param name="policies">The policies there are.</param>
    public static OptionConflict? Of(
        string? vm, string? host, VmMigrationOptions own, ClusterMigrationOptions cluster, IReadOnlyList<MigrationPolicy> policies)
    {
        EffectiveOptions effective = OptionResolver.Resolve(new(), own, cluster, policies);
        (ParallelChoice parallel, SettingOrigin parallelOrigin) = effective.ParallelConnections;
        (MigrationPolicy policy, SettingOrigin policyOrigin) = effective.Policy;
        string? reason = parallel.IsForced() && policy.PostCopy() != PostCopyMode.Off ? ExcludesPostCopy
            : parallel.IsForced() && !effective.ParallelAllowed ? Forbidden
            : policy.ZeroCopy && !effective.ParallelAllowed ? PolicyForbidden
            : null;
        return reason is null ? null : new(vm, host, parallel, parallelOrigin, policy.Name, policyOrigin, reason);
    }
}
