using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>Why VMs that may leave stay all the same: no host would take them even alone, or none has room beside those that go there.</summary>
/// <param name="pairs">The pairs.</param>
/// <param name="replay">The moves that are made.</param>
/// <param name="groups">What affinity groups ask.</param>
/// <param name="hosts">The hosts' room, in the order of the targets.</param>
internal sealed class EvacuationStay(EvacuationPairs pairs, EvacuationReplay replay, EvacuationGroups groups, IReadOnlyList<EvacuationHost> hosts)
{
    // A second of checking. Who reads more than that about VMs that stay?
    private const int MostPairs = 20_000;
    private const int FewHosts = 3;

    private readonly List<string> _notices = [];
    private readonly IReadOnlyList<EvacuationTarget> _targets = pairs.Situation.Targets;

    /// <summary>The ordinary memory that is missing for all that find no room; null: none is.</summary>
    public ByteSize? Lacking { get; private set; }

    /// <summary>What should be known about the answers.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Why each of them stays.</summary>
    /// <param name="left">The VMs.</param>
    /// <param name="vms">Those that some host would take, as they were packed.</param>
    public IReadOnlyList<UnmovableVm> Of(IReadOnlyList<EvacuationGuest> left, IReadOnlyDictionary<Guid, EvacuationVm> vms)
    {
        List<UnmovableVm> stay = new(left.Count);
        HashSet<Guid> leaving = [.. left.Select(guest => guest.Vm.Uuid), .. replay.Moves.Select(move => move.Choice.Guest.Vm.Uuid)];
        Dictionary<Guid, string> others = pairs.Situation.Whereabouts.Where(one => !leaving.Contains(one.Key)).ToDictionary();
        int budget = MostPairs;
        long needed = 0;
        long least = 0;
        int few = 0;
        foreach (EvacuationGuest guest in left)
        {
            bool all = budget > 0;
            budget -= _targets.Count;
            few += all ? 0 : 1;
            IReadOnlyList<EvacuationTarget> looked = all ? _targets : Closest(vms.GetValueOrDefault(guest.Vm.Uuid));
            IReadOnlyList<DestinationReport> reports = pairs.Reports(guest, looked, target => Alone(guest, target, others, leaving));
            if (!reports.Any(report => report.Eligible))
            {
                stay.Add(NoDestination(guest, reports));
                continue;
            }

            EvacuationGuest[] together = [.. groups.TogetherOf(guest.Vm.Uuid) is string name ? left.Where(other => groups.TogetherOf(other.Vm.Uuid) == name) : [guest]];
            (UnmovableVm one, long lack) = NoRoom(guest, together, reports);
            stay.Add(one);
            needed += NeedOf(guest);
            least += lack / together.Length;
        }

        if (few > 0)
        {
            _notices.Add($"of {EvacuationText.Vms(few)} that {(few == 1 ? "stays" : "stay")} only {FewHosts} hosts were looked at in full");
        }

        if (least > 0)
        {
            long free = 0;
            for (int host = 0; host < _targets.Count; host++)
            {
                free += _targets[host].Maintenance?.Closed() == true ? 0 : Math.Max(0, FreeOf(host));
            }

            Lacking = new(needed > free ? needed - free : least);
        }

        return stay;
    }

    // Where the VMs of its groups are were it to go there before all others, with those that it belongs with.
    private Dictionary<Guid, string> Alone(EvacuationGuest guest, EvacuationTarget target, Dictionary<Guid, string> others, HashSet<Guid> leaving)
    {
        IReadOnlyList<AffinityGroup> its = pairs.GroupsOf(guest.Vm.Uuid);
        if (its.Count == 0)
        {
            return others;
        }

        Dictionary<Guid, string> where = [];
        foreach (AffinityGroup group in its)
        {
            foreach (AffinityMember member in group.Vms)
            {
                if (others.TryGetValue(member.Uuid, out string? host))
                {
                    where[member.Uuid] = host;
                }
                else if (group.Rule == AffinityRule.Together && leaving.Contains(member.Uuid))
                {
                    where[member.Uuid] = target.Inventory.Name;
                }
            }
        }

        return where;
    }

    private EvacuationTarget[] Closest(EvacuationVm? vm) =>
        [.. Enumerable.Range(0, _targets.Count).OrderByDescending(host => vm?.Hosts.ContainsKey(hosts[host].Name) == true).ThenByDescending(FreeOf).Take(FewHosts).Select(host => _targets[host])];

    private static UnmovableVm NoDestination(EvacuationGuest guest, IReadOnlyList<DestinationReport> reports)
    {
        DestinationReport? closest = reports.Count == 0 ? null : reports[0];
        DestinationFinding[] blockers = [.. closest?.Findings.Where(EvacuationPairs.Blocks) ?? []];
        string reason = blockers.Length == 0
            ? "there is no host that it could go to"
            : $"no host would take it; {(reports.Count == 1 ? $"on {closest!.Destination}" : $"least is in the way on {closest!.Destination}")}: it needs {blockers[0].Required}, {closest.Destination} {blockers[0].Present}{(blockers.Length == 1 ? string.Empty : $" (and {blockers.Length - 1} more)")}";
        return new()
        {
            VM = guest.Vm.Name,
            Uuid = guest.Vm.Uuid,
            ErrorId = "NoDestination",
            Reason = reason,
            RecommendedAction = blockers.Length == 0 ? "Register another host: Register-VmHost." : string.Join(" ", blockers.Select(finding => finding.Action).Distinct()),
            Hosts = (DestinationReport[])[.. reports],
        };
    }

    private (UnmovableVm Vm, long Lack) NoRoom(EvacuationGuest guest, EvacuationGuest[] together, IReadOnlyList<DestinationReport> reports)
    {
        long need = together.Sum(NeedOf);
        Dictionary<ByteSize, long> pages = [];
        foreach ((ByteSize one, long count) in together.Where(vm => !EvacuationPairs.IsStopped(vm)).SelectMany(vm => PlacementReservation.Of(vm.Vm, vm.Definition).HugePages))
        {
            pages[one] = pages.GetValueOrDefault(one) + count;
        }

        HashSet<string> eligible = new(reports.Where(report => report.Eligible).Select(report => report.Destination), StringComparer.OrdinalIgnoreCase);
        (int host, long memory, ByteSize size, long lackingPages) = Enumerable.Range(0, _targets.Count)
            .Where(host => eligible.Contains(hosts[host].Name))
            .Select(host => LackOf(host, need, pages))
            .MinBy(one => one.Memory + (one.Size.Bytes * one.Pages));
        EvacuationTarget target = _targets[host];
        string whom = together.Length == 1 ? "it" : $"it and {EvacuationText.List([.. together.Where(one => one != guest).Select(one => one.Vm.Name)], 3)}, which belong together,";
        string name = target.Inventory.Name;
        string what = memory > 0 ? $"lacks {new ByteSize(memory)} of memory for {whom} beside the VMs that go there"
            : lackingPages > 0 ? $"lacks {lackingPages} huge pages of {size} for {whom} beside the VMs that go there"
            : Beside(guest, target, together) is DestinationFinding finding ? $"{(finding.Id is "AffinityBroken" or "AntiAffinityBroken" ? "does not fit its groups" : "does not fit it")} beside the VMs that go there: it needs {finding.Required}, {(finding.Id is "AffinityBroken" or "AntiAffinityBroken" ? finding.Present : $"{name} {finding.Present}")}"
            : $"would take {whom}, but no way was found to place all";
        string action = memory > 0 ? $"Free {new ByteSize(memory)} of memory on {name}, or name or register another host."
            : lackingPages > 0 ? $"Set {lackingPages} more huge pages of {size} aside on {name}, or name or register another host."
            : "Name or register another host, or move it by itself: Start-VmLiveMigration " + guest.Vm.Name + ".";
        return (new()
        {
            VM = guest.Vm.Name,
            Uuid = guest.Vm.Uuid,
            ErrorId = "NoRoom",
            Reason = $"no host has room left for it; {(eligible.Count == 1 ? $"the only one that would take it alone, {name}," : $"{name}, where least is missing,")} {what}",
            RecommendedAction = action,
            Hosts = (DestinationReport[])[.. reports],
        }, memory);
    }

    private DestinationFinding? Beside(EvacuationGuest guest, EvacuationTarget target, EvacuationGuest[] together)
    {
        Dictionary<Guid, string> where = new(replay.Whereabouts);
        foreach (EvacuationGuest other in together)
        {
            where[other.Vm.Uuid] = target.Inventory.Name;
        }

        return pairs.Findings(guest, pairs.Candidate(guest, target, replay.On(target).Now, where, looksAtPins: false)).FirstOrDefault(EvacuationPairs.Blocks);
    }

    private (int Host, long Memory, ByteSize Size, long Pages) LackOf(int host, long need, Dictionary<ByteSize, long> pages)
    {
        PlacementReservation given = replay.On(_targets[host]).Now;
        foreach ((ByteSize size, long count) in pages)
        {
            long free = (EvacuationPairs.PagesOf(_targets[host] with { Reserved = given }, size).Bytes) / size.Bytes;
            if (count > free)
            {
                return (host, Math.Max(0, need - FreeOf(host)), size, count - free);
            }
        }

        return (host, Math.Max(0, need - FreeOf(host)), default, 0);
    }

    private long FreeOf(int host) =>
        hosts[host].Memory.Bytes - (replay.On(_targets[host]).Now.Memory.Bytes - _targets[host].Reserved.Memory.Bytes);

    private static long NeedOf(EvacuationGuest guest) =>
        EvacuationPairs.IsStopped(guest) ? 0 : GuestMemory.OrdinaryBytes(guest.Definition) + GuestMemory.Overhead(guest.Definition).Bytes;
}
