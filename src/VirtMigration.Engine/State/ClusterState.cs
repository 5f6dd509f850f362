using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Policies;

namespace VirtMigration.State;

/// <summary>What the cluster file holds.</summary>
public sealed record ClusterState
{
    /// <summary>The version of the form that this product writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of the form.</summary>
    [JsonProperty(Required = Required.Always)]
    public int SchemaVersion { get; init; } = CurrentSchema;

    /// <summary>The hosts.</summary>
    public IReadOnlyList<HostRegistration> Hosts { get; init; } = [];

    /// <summary>What each cluster states for its migrations; a cluster that states nothing is left out.</summary>
    public IReadOnlyList<ClusterMigrationOptions> Clusters { get; init; } = [];

    /// <summary>The policies that operators added.</summary>
    public IReadOnlyList<MigrationPolicy> Policies { get; init; } = [];

    /// <summary>Which VMs belong together or apart.</summary>
    public IReadOnlyList<AffinityGroup> AffinityGroups { get; init; } = [];

    /// <summary>The hosts in maintenance, on their way there, or with a saved plan for it.</summary>
    public IReadOnlyList<HostMaintenance> Maintenances { get; init; } = [];

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }
}
