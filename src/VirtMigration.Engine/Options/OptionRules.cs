using System.Net;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>What options must be like, each by itself.</summary>
public static class OptionRules
{
    /// <summary>Throws for the first rule that a cluster's options break.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="VirtMigrationException">ParallelConnectionsInvalid, BandwidthInvalid, BandwidthTooSmall, ConcurrencyInvalid,
    /// MigrationNetworkInvalid or ParallelForbidden.</exception>
    public static void Check(ClusterMigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckMaximum(options.MaxParallelConnections, options.Cluster);
        CheckBandwidths(options.MigrationBandwidth, options.SwitchoverBandwidth, options.Cluster);
        if (options.MaxConcurrent is < 1)
        {
            throw new VirtMigrationException("ConcurrencyInvalid", $"{options.MaxConcurrent} migrations at a time is none.",
                "State 1 or more; 'Policy' leaves it to the policy.", options.Cluster);
        }

        if (options.MigrationNetwork is string network)
        {
            _ = ParseNetwork(network);
        }

        if (options.ParallelAllowed == false && options.ParallelConnections?.IsForced() == true)
        {
            throw new VirtMigrationException("ParallelForbidden",
                $"Cluster '{options.Cluster}' forbids parallel migration (ParallelAllowed), and ParallelConnections {options.ParallelConnections} asks for it.",
                "Allow it (-ParallelAllowed $true), or choose -ParallelConnections Disabled or Auto.", options.Cluster);
        }
    }

    /// <summary>Throws for the first rule that a VM's options break.</summary>
    /// <param name="options">The options.</param>
    /// <param name="vm">The VM.</param>
    /// <exception cref="VirtMigrationException">ParallelConnectionsInvalid, BandwidthInvalid, BandwidthTooSmall, DowntimeOutOfRange or
    /// HostsContradict.</exception>
    public static void Check(VmMigrationOptions options, string vm)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckMaximum(options.MaxParallelConnections, vm);
        CheckBandwidths(options.MigrationBandwidth, options.SwitchoverBandwidth, vm);
        if (options.MaxDowntime is TimeSpan downtime && !QemuLimits.Allows(downtime))
        {
            throw QemuLimits.DowntimeOutOfRange(downtime, vm);
        }

        CheckHosts(nameof(options.AssignedHosts), options.AssignedHosts, nameof(options.ExcludedHosts), options.ExcludedHosts, vm);
        CheckHosts(nameof(options.PreferredHosts), options.PreferredHosts, nameof(options.AvoidedHosts), options.AvoidedHosts, vm);
    }

    /// <summary>Reads a migration network, <c>10.78.0.0/24</c>.</summary>
    /// <param name="text">The network.</param>
    /// <exception cref="VirtMigrationException">MigrationNetworkInvalid.</exception>
    public static IPNetwork ParseNetwork(string text) => IPNetwork.TryParse(text, out IPNetwork network) && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))))
        ? network
        : throw new VirtMigrationException("MigrationNetworkInvalid",
            $"'{text}' is not a network: it needs the network's first address and the length of its prefix.",
            "Write it as 10.78.0.0/24 or fd00:78::/64; 'None' for any network.", text);

    // That all assigned hosts are excluded is the same contradiction, once for each.
    private static void CheckHosts(string wanted, HostNames? these, string unwanted, HostNames? those, string vm)
    {
        string[] both = [.. (these?.Names ?? []).Where(name => those?.Contains(name) == true)];
        if (both.Length > 0)
        {
            throw new VirtMigrationException("HostsContradict",
                $"VM '{vm}' cannot have {string.Join(" and ", both)} among its {wanted} ({these}) and its {unwanted} ({those}).",
                $"Leave {(both.Length == 1 ? "it" : "them")} out of one of the two; ClusterValue takes a whole list back.", vm);
        }
    }

    private static void CheckMaximum(int? maximum, string target)
    {
        if (maximum is int value && value is < ParallelChoice.Least or > ParallelChoice.Most)
        {
            throw new VirtMigrationException("ParallelConnectionsInvalid",
                $"A limit of {value} parallel connections is out of the range of {ParallelChoice.Least} to {ParallelChoice.Most}, which is QEMU's bound.",
                "State a limit within the range; the default is 16.", target);
        }
    }

    private static void CheckBandwidths(BandwidthChoice? migration, BandwidthChoice? switchover, string target)
    {
        if (migration == BandwidthChoice.None)
        {
            throw new VirtMigrationException("BandwidthInvalid", "'None' is no migration bandwidth: nothing could be sent.",
                "State a rate (800Mbps), Link for what the links carry, or unlimited.", target);
        }

        _ = migration?.Stated()?.ToMebibytesPerSecond();
        if (switchover?.Stated() is Bandwidth rate)
        {
            CheckSwitchover(rate, target);
        }
    }

    /// <summary>Throws for a switchover bandwidth that QEMU cannot be told.</summary>
    /// <param name="rate">The rate.</param>
    /// <param name="target">The VM or cluster.</param>
    /// <exception cref="VirtMigrationException">BandwidthInvalid or BandwidthTooSmall.</exception>
    internal static void CheckSwitchover(Bandwidth rate, string target)
    {
        if (rate.HasNoLimit())
        {
            throw new VirtMigrationException("BandwidthInvalid",
                "A switchover bandwidth cannot be unlimited: QEMU would believe that everything left can be sent at once, and the guest would stand for longer than its limit.",
                "State what the link really carries (Link, or a rate such as 100MiB/s), or None.", target);
        }

        if (rate < Bandwidth.FromMebibytesPerSecond(1))
        {
            throw new VirtMigrationException("BandwidthTooSmall",
                $"A switchover bandwidth of {rate} is below 1 MiB/s (8.388608 Mbps), the least that libvirt can be told.",
                "State at least 8.39Mbps or 1MiB/s.", target);
        }
    }
}
