using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace VirtMigration.Options;

/// <summary>VMs of one cluster that belong together, or apart.</summary>
public sealed record AffinityGroup
{
    /// <summary>Its name; unique in its cluster, without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Together or apart.</summary>
    public required AffinityRule Rule { get; init; }

    /// <summary>Whether a host where the rule would be broken is out of the question; else it only counts less.</summary>
    public bool Mandatory { get; init; }

    /// <summary>The VMs.</summary>
    public required IReadOnlyList<AffinityMember> Vms { get; init; }

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }
}
