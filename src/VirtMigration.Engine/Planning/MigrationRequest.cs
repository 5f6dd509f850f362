using VirtMigration.Inventory;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What is asked for, with all that a plan is made from. Plain data: planning touches nothing.</summary>
public sealed record MigrationRequest
{
    /// <summary>The VM.</summary>
    public required VirtualMachine Vm { get; init; }

    /// <summary>Its definition.</summary>
    public required VmDefinition Definition { get; init; }

    /// <summary>Where it runs.</summary>
    public required HostInventory Source { get; init; }

    /// <summary>Where it is to go.</summary>
    public required HostInventory Destination { get; init; }

    /// <summary>The policy; null: the default.</summary>
    public MigrationPolicy? Policy { get; init; }

    /// <summary>The most that may be sent; null: what the links carry.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>The downtime allowed at the start; null: the policy's.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Whether this shell drives the transfer instead of the source's daemon.</summary>
    public bool Attached { get; init; }

    /// <summary>How the destination came to be chosen.</summary>
    public SettingOrigin DestinationOrigin { get; init; } = SettingOrigin.Parameter;
}
