using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Inventory;

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

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }
}
