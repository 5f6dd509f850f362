using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>A host that answered, as the checks look at it.</summary>
/// <param name="Host">The host with what it says about itself.</param>
/// <param name="Cluster">What its cluster states for migrations.</param>
public sealed record HostSubject(HostInventory Host, ClusterMigrationOptions Cluster)
{
    /// <summary>The registered name.</summary>
    public string Name => Host.Name;

    /// <summary>The other hosts that were asked with it and answered.</summary>
    public IReadOnlyList<HostInventory> Others { get; init; } = [];

    /// <summary>What its VMs take now; null: it does not tell.</summary>
    public HostLoad? Load { get; init; }

    /// <summary>Its VMs; null: it does not tell.</summary>
    public IReadOnlyList<VirtualMachine>? Vms { get; init; }

    /// <summary>The user of this shell.</summary>
    public string ShellUser { get; init; } = string.Empty;

    internal HostFinding Blocker(string id, string required, string present, string action) =>
        new(id, Name, null, FindingSeverity.Blocker, required, present, action);

    internal HostFinding Warning(string id, string required, string present, string action) =>
        new(id, Name, null, FindingSeverity.Warning, required, present, action);

    internal HostFinding Info(string id, string required, string present, string action) =>
        new(id, Name, null, FindingSeverity.Info, required, present, action);

    internal string Virsh(string command) => $"virsh -c {Host.Registration.ConnectUri} {command}";

    /// <summary>The command that registers the host again with another address and keeps the rest.</summary>
    internal string Register(string setting) => $"Get-VmHost {Name} | Register-VmHost {setting} -Force";
}
