using VirtMigration.Inventory;
using VirtMigration.Placement;

namespace VirtMigration.Execution;

/// <summary>Which VMs of a batch were given which host and are not seen there yet. Safe for several threads.</summary>
internal sealed class PlacementLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (string Host, PlacementReservation Takes)> _placed = [];
    private IReadOnlyDictionary<Guid, string> _expected = new Dictionary<Guid, string>();

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

    /// <summary>Says where VMs whose turn has not come yet are going to be, in place of what was said before: they take nothing there yet, but
    /// VMs that belong to them, or apart from them, are placed by it.</summary>
    /// <param name="hosts">The hosts, by VM.</param>
    public void Expect(IReadOnlyDictionary<Guid, string> hosts)
    {
        lock (_lock)
        {
            _expected = hosts;
        }
    }

    /// <summary>Where VMs are to go, those whose turn has not come yet among them.</summary>
    public IReadOnlyDictionary<Guid, string> Whereabouts()
    {
        lock (_lock)
        {
            Dictionary<Guid, string> hosts = new(_expected);
            foreach ((Guid vm, (string host, _)) in _placed)
            {
                hosts[vm] = host;
            }

            return hosts;
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
