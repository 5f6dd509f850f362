using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;

namespace VirtMigration.Evacuation;

/// <summary>A host that may take VMs, with what it says.</summary>
/// <param name="Inventory">The host.</param>
/// <param name="Surroundings">Its storage and networks.</param>
/// <param name="Load">What its VMs take now.</param>
public sealed record EvacuationTarget(HostInventory Inventory, HostSurroundings Surroundings, HostLoad Load)
{
    /// <summary>What VMs that are on their way to it will take.</summary>
    public PlacementReservation Reserved { get; init; } = PlacementReservation.None;

    /// <summary>Its own maintenance; null: it is in none.</summary>
    public HostMaintenance? Maintenance { get; init; }
}
