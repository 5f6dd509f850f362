using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace VirtMigration.Options;

/// <summary>VMs of one cluster that belong together, or apart.</summary>
public sealed record AffinityGroup
{
    /// <summary>Its name; unique in its cluster, without regard to case.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Name { get; init; }

    /// <summary>The cluster.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Cluster { get; init; }

    /// <summary>Together or apart.</summary>
    [JsonProperty(Required = Required.Always)]
    public required AffinityRule Rule { get; init; }

    /// <summary>Whether a host where the rule would be broken is out of the question; else it only counts less.</summary>
    public bool Mandatory { get; init; }

    /// <summary>The VMs.</summary>
    [JsonProperty(Required = Required.Always)]
    public required IReadOnlyList<AffinityMember> Vms { get; init; }

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }

    /// <summary>A group of some VMs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="rule">Together or apart.</param>
    /// <param name="mandatory">Whether a host where the rule would be broken is out of the question.</param>
    /// <param name="vms">The VMs; one that is named twice counts once.</param>
    /// <exception cref="VirtMigrationException">AffinityClustersDiffer, or what <see cref="AffinityRules"/> finds.</exception>
    public static AffinityGroup Of(string name, AffinityRule rule, bool mandatory, IReadOnlyList<Inventory.VirtualMachine> vms)
    {
        ArgumentNullException.ThrowIfNull(vms);
        string cluster = vms.Count == 0 ? string.Empty : vms[0].Cluster;
        AffinityGroup group = new() { Name = name, Cluster = cluster, Rule = rule, Mandatory = mandatory, Vms = [] };
        group = group.With(vms);
        AffinityRules.Check(group);
        return group;
    }

    /// <summary>The group with more VMs.</summary>
    /// <param name="vms">The VMs; one that is in it already stays.</param>
    /// <exception cref="VirtMigrationException">AffinityClustersDiffer: a VM is of another cluster.</exception>
    internal AffinityGroup With(IReadOnlyList<Inventory.VirtualMachine> vms)
    {
        Inventory.VirtualMachine[] strangers = [.. vms.Where(vm => !vm.Cluster.Equals(Cluster, StringComparison.OrdinalIgnoreCase))];
        return strangers.Length > 0
            ? throw new VirtMigrationException("AffinityClustersDiffer",
                $"Affinity group '{Name}' is of cluster '{Cluster}', and {string.Join(", ", strangers.Select(vm => $"{vm.Name} is in cluster '{vm.Cluster}'"))}.",
                "Make a group for each cluster.", Name)
            : this with { Vms = (AffinityMember[])[.. Vms.Concat(vms.Select(vm => new AffinityMember(vm.Uuid, vm.Name))).DistinctBy(vm => vm.Uuid)] };
    }

    /// <summary>In words: <c>db1, db2 together, mandatory</c>.</summary>
    public string Describe() => $"{string.Join(", ", Vms)} {(Rule == AffinityRule.Together ? "together" : "apart")}{(Mandatory ? ", mandatory" : string.Empty)}";
}
