using VirtMigration.Placement;

namespace VirtMigration.Evacuation;

/// <summary>Judges whether a VM fits on a host that takes it, beside others that go there: by all checks where it gets other pins, else by those that count
/// what is promised.</summary>
/// <param name="pairs">The pairs.</param>
/// <param name="guests">The VMs by UUID.</param>
internal sealed class EvacuationJudge(EvacuationPairs pairs, IReadOnlyDictionary<Guid, EvacuationGuest> guests)
{
    private const int MostKnown = 200_000;

    private static readonly Dictionary<Guid, string> s_nowhere = [];

    private readonly Dictionary<string, EvacuationTarget> _targets = pairs.Situation.Targets.ToDictionary(target => target.Inventory.Name, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (List<Guid> Vms, RoomGiven Given)> _given = [];
    private readonly Dictionary<(Guid Vm, string Host, string Beside), bool> _known = [];

    /// <summary>Whether it fits.</summary>
    public bool Fits(EvacuationVm vm, EvacuationHost host, IReadOnlyList<EvacuationVm> beside)
    {
        (Guid, string, string) key = (vm.Uuid, host.Name, string.Join(',', beside.Select(one => one.Uuid)));
        if (!_known.TryGetValue(key, out bool fits))
        {
            EvacuationTarget target = _targets[host.Name];
            EvacuationGuest guest = guests[vm.Uuid];
            PlacementReservation reserved = Beside(target, beside).Now;
            fits = pairs.RemapsPins(guest)
                ? !pairs.Findings(guest, pairs.Candidate(guest, target, reserved, s_nowhere, looksAtPins: false, plans: false)).Any(EvacuationPairs.Blocks)
                : pairs.HasRoom(guest, target, reserved);
            if (_known.Count < MostKnown)
            {
                _known[key] = fits;
            }
        }

        return fits;
    }

    // Mostly one more than the last time: then only that one is added.
    private RoomGiven Beside(EvacuationTarget target, IReadOnlyList<EvacuationVm> beside)
    {
        string name = target.Inventory.Name;
        if (!_given.TryGetValue(name, out (List<Guid> Vms, RoomGiven Given) given)
            || given.Vms.Count > beside.Count
            || !given.Vms.SequenceEqual(beside.Take(given.Vms.Count).Select(vm => vm.Uuid)))
        {
            given = ([], new(target));
            _given[name] = given;
        }

        foreach (EvacuationVm other in beside.Skip(given.Vms.Count).ToList())
        {
            EvacuationGuest guest = guests[other.Uuid];
            if (!EvacuationPairs.IsStopped(guest))
            {
                given.Given.Give(guest.Vm, pairs.RemapsPins(guest) ? pairs.Candidate(guest, target, given.Given.Now, s_nowhere, looksAtPins: false, plans: false).Landing : guest.Definition);
            }

            given.Vms.Add(other.Uuid);
        }

        return given.Given;
    }
}
