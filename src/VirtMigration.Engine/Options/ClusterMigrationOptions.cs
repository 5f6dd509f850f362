using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace VirtMigration.Options;

/// <summary>What a cluster states for all its migrations. Null is what it does not state: the product's default counts then.</summary>
public sealed record ClusterMigrationOptions
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The migration policy by name; null: MinimalDowntime.</summary>
    public string? Policy { get; init; }

    /// <summary>Parallel connections; null: Disabled.</summary>
    public ParallelChoice? ParallelConnections { get; init; }

    /// <summary>The most connections that the automatic number takes, 2 to 255; null: 16.</summary>
    public int? MaxParallelConnections { get; init; }

    /// <summary>Whether parallel migration is allowed at all; null: it is. Where it is not, policies that need it are refused.</summary>
    public bool? ParallelAllowed { get; init; }

    /// <summary>The most that one host's migrations may send together: what the links carry, a rate, or unlimited; null: what the
    /// links carry.</summary>
    public BandwidthChoice? MigrationBandwidth { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over; null: none, QEMU estimates.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>Whether memory is sent encrypted (TLS); null: not.</summary>
    public bool? Encryption { get; init; }

    /// <summary>How guests are told of their migrations; null: not at all.</summary>
    public GuestNotice? GuestNotice { get; init; }

    /// <summary>How many migrations may leave a host at a time, and come to one, 1 or more; null: as the policy says.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>The network that memory must be sent over, as <c>10.78.0.0/24</c>: every host's migration address must be in it; null:
    /// any.</summary>
    public string? MigrationNetwork { get; init; }

    /// <summary>Whether a VM with a passed-through CPU counts as pinned; null: it does.</summary>
    public bool? PassthroughCountsAsPinned { get; init; }

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }
}
