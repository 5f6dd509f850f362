using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Policies;

namespace VirtMigration.Planning;

/// <summary>What is asked for, with all that a plan is made from. Plain data: planning touches nothing.</summary>
public sealed record MigrationRequest
{
    /// <summary>The VM.</summary>
    public required VirtualMachine Vm { get; init; }

    /// <summary>Its definition, with what it states for its own migrations.</summary>
    public required VmDefinition Definition { get; init; }

    /// <summary>Where it runs.</summary>
    public required HostInventory Source { get; init; }

    /// <summary>Where it is to go.</summary>
    public required HostInventory Destination { get; init; }

    /// <summary>What the command's parameters ask for.</summary>
    public PlanOptions Parameters { get; init; } = new();

    /// <summary>What the cluster states.</summary>
    public ClusterMigrationOptions Cluster { get; init; } = new() { Cluster = string.Empty };

    /// <summary>The policies there are.</summary>
    public IReadOnlyList<MigrationPolicy> Policies { get; init; } = BuiltInPolicies.All;

    /// <summary>What the VM's pins become on the destination; null: they were not looked at.</summary>
    public PinRemapping? Remapping { get; init; }

    /// <summary>How the destination came to be chosen.</summary>
    public SettingOrigin DestinationOrigin { get; init; } = SettingOrigin.Parameter;
}
