using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
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

    /// <summary>What the VM's pins become there; null: they were not looked at.</summary>
    public PinRemapping? Remapping { get; init; }

    /// <summary>Whether pins are rewritten where they do not fit.</summary>
    public bool RemapPins { get; init; }

    /// <summary>Which VMs of the cluster belong together or apart, this one among them.</summary>
    public IReadOnlyList<AffinityGroup> Groups { get; init; } = [];

    /// <summary>Where the VMs of those groups are, or are to be, by UUID: the host's name. A VM that is not in it is not known to
    /// run.</summary>
    public IReadOnlyDictionary<Guid, string> Whereabouts { get; init; } = new Dictionary<Guid, string>();

    /// <summary>The hosts that did not say which VMs they run.</summary>
    public IReadOnlyList<string> Silent { get; init; } = [];

    /// <summary>Whether mandatory affinity groups only warn.</summary>
    public bool IgnoreAffinity { get; init; }

    /// <summary>What the cluster states.</summary>
    public ClusterMigrationOptions Cluster { get; init; } = new() { Cluster = string.Empty };

    /// <summary>The VM as it will be there: with the pins that it is given.</summary>
    public VmDefinition Landing => RemapPins && Remapping is { Verdict: PinRemappingVerdict.Remapped } remapping ? remapping.After.On(Definition) : Definition;

    /// <summary>The destination's maintenance; null: it is in none.</summary>
    public HostMaintenance? Maintenance { get; init; }

    /// <summary>The plan that would be run; null: none could be made.</summary>
    public MigrationPlan? Plan { get; init; }

    /// <summary>Why no plan could be made; null: one was made, or none was tried.</summary>
    public VirtMigrationException? PlanError { get; init; }
}
