using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Options;

/// <summary>A cluster's migration options as they count: what it states, and the product's defaults for the rest.</summary>
public sealed record ClusterMigrationOption
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The migration policy by name.</summary>
    public required string Policy { get; init; }

    /// <summary>Parallel connections: Disabled, Auto, Parallel or a number.</summary>
    public required ParallelChoice ParallelConnections { get; init; }

    /// <summary>The most connections that the automatic number takes.</summary>
    public required int MaxParallelConnections { get; init; }

    /// <summary>Whether parallel migration is allowed at all.</summary>
    public required bool ParallelAllowed { get; init; }

    /// <summary>The most that one host's migrations may send together: Link, a rate, or unlimited.</summary>
    public required BandwidthChoice MigrationBandwidth { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over: None, Link or a rate.</summary>
    public required BandwidthChoice SwitchoverBandwidth { get; init; }

    /// <summary>Whether memory is sent encrypted.</summary>
    public required bool Encryption { get; init; }

    /// <summary>How guests are told of their migrations: Disabled, channel:NAME or agent:COMMAND.</summary>
    public required GuestNotice GuestNotice { get; init; }

    /// <summary>How many migrations may leave a host at a time, and come to one; null: as the policy says.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>The network that memory must be sent over; null: any.</summary>
    public string? MigrationNetwork { get; init; }

    /// <summary>Whether a VM with a passed-through CPU counts as pinned.</summary>
    public required bool PassthroughCountsAsPinned { get; init; }

    /// <summary>The options that the cluster states itself; the others are the product's defaults.</summary>
    public required IReadOnlyList<string> Stated { get; init; }

    /// <summary>The options as they count.</summary>
    /// <param name="options">What the cluster states.</param>
    public static ClusterMigrationOption From(ClusterMigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Cluster = options.Cluster,
            Policy = options.Policy ?? BuiltInPolicies.Default.Name,
            ParallelConnections = options.ParallelConnections ?? ParallelChoice.Disabled,
            MaxParallelConnections = options.MaxParallelConnections ?? ParallelConnectionRule.DefaultMaximum,
            ParallelAllowed = options.ParallelAllowed ?? true,
            MigrationBandwidth = options.MigrationBandwidth ?? BandwidthChoice.Link,
            SwitchoverBandwidth = options.SwitchoverBandwidth ?? BandwidthChoice.None,
            Encryption = options.Encryption ?? false,
            GuestNotice = options.GuestNotice ?? GuestNotice.Disabled,
            MaxConcurrent = options.MaxConcurrent,
            MigrationNetwork = options.MigrationNetwork,
            PassthroughCountsAsPinned = options.PassthroughCountsAsPinned ?? true,
            Stated = OptionText.Of(options).Where(pair => pair.Value != OptionText.Default).Select(pair => pair.Setting).ToArray(),
        };
    }
}
