using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>What the cluster file keeps of one host: its name and its addresses.</summary>
public sealed record HostRegistration
{
    /// <summary>The name that operators type; unique over all clusters, without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster the host belongs to: destinations are looked for among its other hosts.</summary>
    public required string Cluster { get; init; }

    /// <summary>The libvirt URI by which this shell reaches the host.</summary>
    public required string ConnectUri { get; init; }

    /// <summary>The libvirt URI by which the other hosts' daemons reach this one; used in peer-to-peer migration. It can differ from
    /// <see cref="ConnectUri"/>: <c>qemu+ssh://me@h2/system</c> is of no use to root on h1.</summary>
    public required string PeerUri { get; init; }

    /// <summary>The address on the migration network that guests' memory is sent to; null leaves the choice to the host's own
    /// <c>migration_host</c>.</summary>
    public string? MigrationAddress { get; init; }

    /// <summary>The network interface that carries migration, by which the link speed is read; null: not known.</summary>
    public string? MigrationInterface { get; init; }

    /// <summary>The stated speed of the migration link; null: it is read from the interface.</summary>
    public Bandwidth? LinkSpeed { get; init; }

    /// <summary>What this version does not know of the host, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }
}
