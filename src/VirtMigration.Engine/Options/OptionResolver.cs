using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Options;

/// <summary>Settles whose word counts for each setting: the command's parameter above the VM's override, that above the cluster's
/// option, that above the policy and the default. Pure.</summary>
public static class OptionResolver
{
    /// <summary>The settings as they are asked for.</summary>
    /// <param name="parameters">The command's.</param>
    /// <param name="vm">The VM's.</param>
    /// <param name="cluster">The cluster's.</param>
    /// <param name="policies">The policies there are.</param>
    public static EffectiveOptions Resolve(
        PlanOptions parameters, VmMigrationOptions vm, ClusterMigrationOptions cluster, IReadOnlyList<MigrationPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(cluster);
        List<string> problems = [];
        if (vm.Problem is string problem)
        {
            problems.Add($"the VM's own options are left aside: {problem}");
        }

        Asked<MigrationPolicy> policy = PolicyOf(parameters, vm, cluster, policies, problems);
        return new()
        {
            Policy = policy,
            ParallelConnections = First(parameters.ParallelConnections, vm.ParallelConnections, cluster.ParallelConnections, ParallelChoice.Disabled),
            MaxParallelConnections = First(null, vm.MaxParallelConnections, cluster.MaxParallelConnections, ParallelConnectionRule.DefaultMaximum),
            ParallelAllowed = cluster.ParallelAllowed ?? true,
            MigrationBandwidth = First(
                parameters.Bandwidth is Units.Bandwidth rate ? BandwidthChoice.Of(rate) : null, vm.MigrationBandwidth, cluster.MigrationBandwidth, BandwidthChoice.Link),
            SwitchoverBandwidth = First(parameters.SwitchoverBandwidth, vm.SwitchoverBandwidth, cluster.SwitchoverBandwidth,
                policy.Value.SwitchoverBandwidth, BandwidthChoice.None),
            Encryption = First(parameters.Encryption, vm.Encryption, cluster.Encryption, false),
            InitialDowntime = First(parameters.MaxDowntime, vm.MaxDowntime, null, policy.Value.InitialDowntime, default),
            Compression = First(parameters.Compression, null, null, policy.Value.Compression, default),
            PostCopy = First(parameters.PostCopy, null, null, policy.Value.PostCopy(), default),
            PostCopyBandwidth = First(parameters.PostCopyBandwidth, null, null, policy.Value.PostCopyBandwidth, Units.Bandwidth.Unlimited),
            RemapPins = First(parameters.RemapPins, vm.RemapPins, null, false),
            GuestNotice = First(parameters.GuestNotice, vm.GuestNotice, cluster.GuestNotice, GuestNotice.Disabled),
            MaxConcurrent = First(null, null, cluster.MaxConcurrent, policy.Value.MaxConcurrent, 1),
            MigrationNetwork = cluster.MigrationNetwork,
            Problems = problems,
        };
    }

    // A VM may have come from where there are other policies, so a name that is not known here gives way to the next one asked.
    private static Asked<MigrationPolicy> PolicyOf(
        PlanOptions parameters, VmMigrationOptions vm, ClusterMigrationOptions cluster, IReadOnlyList<MigrationPolicy> policies, List<string> problems)
    {
        if (parameters.Policy is MigrationPolicy stated)
        {
            return new(stated, SettingOrigin.Parameter);
        }

        foreach ((string? name, SettingOrigin origin, string whose) in (ReadOnlySpan<(string?, SettingOrigin, string)>)
            [(vm.Policy, SettingOrigin.Vm, "the VM"), (cluster.Policy, SettingOrigin.Cluster, $"cluster '{cluster.Cluster}'")])
        {
            if (name is null)
            {
                continue;
            }

            foreach (MigrationPolicy policy in policies)
            {
                if (policy.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return new(policy, origin);
                }
            }

            problems.Add($"{whose} asks for policy '{name}', which is not known here");
        }

        return new(BuiltInPolicies.Default, SettingOrigin.Default);
    }

    private static Asked<T> First<T>(T? parameter, T? vm, T? cluster, T standard)
        where T : struct => First(parameter, vm, cluster, null, standard);

    private static Asked<T> First<T>(T? parameter, T? vm, T? cluster, T? policy, T standard)
        where T : struct =>
        parameter is T byParameter ? new(byParameter, SettingOrigin.Parameter)
        : vm is T byVm ? new(byVm, SettingOrigin.Vm)
        : cluster is T byCluster ? new(byCluster, SettingOrigin.Cluster)
        : policy is T byPolicy ? new(byPolicy, SettingOrigin.Policy)
        : new(standard, SettingOrigin.Default);
}
