using VirtMigration.Inventory;
using VirtMigration.Placement;

namespace VirtMigration.Execution;

/// <summary>Which VMs of a batch were given which host and are not seen there yet. Safe for several threads.</summary>
internal sealed class PlacementLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (string Host, PlacementReservation Takes)> _placed = [];

    /// <summary>Notes where a VM is to go, instead of what was noted of it before.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="landing">Its definition as it will be there.</param>
    /// <param name="host">The host.</param>
    public void Place(VirtualMachine vm, VmDefinition landing, string host)
    {
        PlacementReservation takes = PlacementReservation.Of(vm, landing);
        lock (_lock)
        {
            _placed[vm.Uuid] = (host, takes);
        }
    }

    /// <summary>Forgets a VM: it came, or it does not come.</summary>
    /// <param name="vm">The VM.</param>
    public void Remove(Guid vm)
    {
        lock (_lock)
        {
            _ = _placed.Remove(vm);
        }
    }

    /// <summary>What VMs on their way to a host will take there.</summary>
    /// <param name="host">The host.</param>
    /// <param name="seen">The VMs that the host's own figures count already.</param>
    /// <param name="asking">The VM that it is asked for.</param>
    public PlacementReservation On(string host, IReadOnlySet<Guid> seen, Guid asking)
    {
        lock (_lock)
        {
            PlacementReservation sum = PlacementReservation.None;
            foreach ((Guid vm, (string there, PlacementReservation takes)) in _placed)
            {
                if (vm != asking && there.Equals(host, StringComparison.OrdinalIgnoreCase) && !seen.Contains(vm))
                {
                    sum = ReferenceEquals(sum, PlacementReservation.None) ? takes : sum.Plus(takes);
                }
            }

            return sum;
        }
    }

    /// <summary>Where VMs are to go, by UUID.</summary>
    public IReadOnlyList<(Guid Vm, string Host)> All()
    {
        lock (_lock)
        {
            return [.. _placed.Select(pair => (pair.Key, pair.Value.Host))];
        }
    }
}
