using VirtMigration.Evacuation;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Keeps in the clusters' state who was moved away, so that they can be brought back.</summary>
/// <param name="host">The host that is emptied.</param>
/// <param name="catalog">The hosts in maintenance.</param>
/// <param name="observer">Is told what could not be kept.</param>
/// <param name="clock">The clock.</param>
internal sealed class EvacuationNotes(string host, MaintenanceCatalog catalog, IEvacuationObserver observer, TimeProvider clock)
{
    /// <summary>An earlier run that was killed may have moved VMs without living to note it.</summary>
    public void Earlier(HostMaintenance? before, EvacuationSituation situation)
    {
        if (before is not { State: not HostMaintenanceState.Planned, Plan: SavedEvacuation plan })
        {
            return;
        }

        foreach (SavedMove move in plan.Moves.Where(move => !before.Moved.Any(moved => moved.Uuid == move.Uuid) && !situation.Guests.Any(guest => guest.Vm.Uuid == move.Uuid)))
        {
            if (situation.Targets.FirstOrDefault(target => target.Load.Vms.Contains(move.Uuid)) is EvacuationTarget there)
            {
                _ = catalog.Moved(host, new(move.VM, move.Uuid, there.Inventory.Name, clock.GetUtcNow(), move.Stopped));
            }
        }
    }

    /// <summary>A VM was moved away. A store that fails changes nothing about that.</summary>
    /// <param name="vm">Its UUID.</param>
    /// <param name="name">Its name.</param>
    /// <param name="to">The host it is on.</param>
    /// <param name="stopped">Whether it is shut off.</param>
    public void Moved(Guid vm, string name, string to, bool stopped = false)
    {
        try
        {
            _ = catalog.Moved(host, new(name, vm, to, clock.GetUtcNow(), stopped));
        }
        catch (VirtMigrationException error)
        {
            observer.Noticed($"VM '{name}' is on {to}, but that could not be noted for the way back: {error.Message}");
        }
    }
}
