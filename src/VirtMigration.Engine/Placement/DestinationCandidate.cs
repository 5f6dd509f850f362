using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>A VM and a host it might go to, with all that the checks go by.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Definition">Its definition.</param>
/// <param name="Source">Where it runs.</param>
/// <param name="Destination">Where it might go.</param>
public sealed record DestinationCandidate(VirtualMachine Vm, VmDefinition Definition, HostInventory Source, HostInventory Destination)
{
    /// <summary>Storage and networks of the source: what is there under the same name may be meant as the same.</summary>
    public HostSurroundings SourceSurroundings { get; init; } = HostSurroundings.Unknown;

    /// <summary>Storage and networks of the destination.</summary>
    public HostSurroundings Surroundings { get; init; } = HostSurroundings.Unknown;

    /// <summary>What the destination's VMs take now; null: not known.</summary>
    public HostLoad? Load { get; init; }

    /// <summary>The destination's word on the VM's CPU; null: it was not asked.</summary>
    public CpuComparison? Cpu { get; init; }

    /// <summary>What the VMs before this one in the same batch will take there.</summary>
    public PlacementReservation Reserved { get; init; } = PlacementReservation.None;

    /// <summary>The plan that would be run; null: none could be made.</summary>
    public MigrationPlan? Plan { get; init; }

    /// <summary>Why no plan could be made; null: one was made, or none was tried.</summary>
    public VirtMigrationException? PlanError { get; init; }
}
