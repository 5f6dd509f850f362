using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Ports;

namespace VirtMigration.Evacuation;

/// <summary>A host's maintenance as the clusters' state keeps it.</summary>
public sealed record HostMaintenance
{
    /// <summary>The host by its registered name.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Host { get; init; }

    /// <summary>How far it is.</summary>
    [JsonProperty(Required = Required.Always)]
    public required HostMaintenanceState State { get; init; }

    /// <summary>Who asked for it last, as <c>alice@ops1</c>.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Operator { get; init; }

    /// <summary>The shell that empties the host or brings its VMs back, or did last; null: nothing but a plan was made.</summary>
    public ShellProcess? Shell { get; init; }

    /// <summary>When the host went into it, its plan was saved, or the bringing back began.</summary>
    [JsonProperty(Required = Required.Always)]
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why, in the operator's words; null: none were given.</summary>
    public string? Reason { get; init; }

    /// <summary>The VMs that were moved away, in that order; they are what is brought back on request.</summary>
    public IReadOnlyList<MovedVm> Moved { get; init; } = [];

    /// <summary>The VMs that are still on it as far as the last run knows, with why.</summary>
    public IReadOnlyList<VmLeftOver> Left { get; init; } = [];

    /// <summary>The plan that was saved; null: none.</summary>
    public SavedEvacuation? Plan { get; init; }

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }

    /// <summary>Whether VMs may not come to the host.</summary>
    public bool Closed() => State is HostMaintenanceState.Evacuating or HostMaintenanceState.InMaintenance;
}
