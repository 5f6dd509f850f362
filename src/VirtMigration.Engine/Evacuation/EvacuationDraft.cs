using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>The way to a plan: who may leave, which hosts take whom, a packing by sums, and then every move checked in full, in its order,
/// beside those before it. A pair that fails that is excluded, and it is packed again.</summary>
internal sealed class EvacuationDraft
{
    // Each round excludes what the one before found wrong; what is still wrong then is taken out of the plan.
    private const int MostRounds = 6;

    private readonly EvacuationSituation _situation;
    private readonly EvacuationPairs _pairs;
    private readonly EvacuationChoices _choices;
    private readonly EvacuationJudge _judge;
    private readonly Dictionary<Guid, EvacuationGuest> _guests;
    private readonly Dictionary<string, int> _targets;
    private readonly EvacuationHost[] _hosts;
    private readonly Dictionary<Guid, (int Turn, string Host)> _kept = [];
    private readonly HashSet<(Guid Vm, string Host)> _excluded = [];
    private readonly HashSet<Guid> _released = [];
    private readonly Dictionary<(object Hosts, ByteSize Memory), int> _taking = [];

    public EvacuationDraft(EvacuationSituation situation, SavedEvacuation? keep)
    {
        _situation = situation;
        _pairs = new(situation);
        _choices = new(_pairs);
        _guests = situation.Guests.ToDictionary(guest => guest.Vm.Uuid);
        _judge = new(_pairs, _guests);
        _targets = new(StringComparer.OrdinalIgnoreCase);
        ByteSize[] pages = [.. situation.Guests.SelectMany(guest => PagesOf(guest).Keys).Distinct()];
        _hosts = new EvacuationHost[situation.Targets.Count];
        for (int host = 0; host < _hosts.Length; host++)
        {
            EvacuationTarget target = situation.Targets[host];
            _targets[target.Inventory.Name] = host;
            _hosts[host] = new()
            {
                Name = target.Inventory.Name,
                Memory = EvacuationPairs.RoomOf(target),
                HugePages = pages.ToDictionary(size => size, size => EvacuationPairs.PagesOf(target, size)),
            };
        }

        foreach (SavedMove move in keep?.Moves ?? [])
        {
            _ = _kept.TryAdd(move.Uuid, (_kept.Count, move.Destination));
        }
    }

    /// <summary>The plan.</summary>
    public EvacuationPlan Make()
    {
        List<UnmovableVm> left = [];
        List<EvacuationGuest> leaving = [];
        foreach (EvacuationGuest guest in _situation.Guests)
        {
            if (StayRules.Of(guest, _situation) is UnmovableVm stays)
            {
                left.Add(stays);
            }
            else
            {
                leaving.Add(guest);
            }
        }

        (EvacuationGroups groups, Dictionary<Guid, EvacuationVm> vms) = WithHosts(leaving);
        EvacuationPacking? first = null;
        EvacuationReplay replay = new(_pairs, []);
        int atMost = 0;
        for (int round = 0, releases = 0; round < MostRounds; round++)
        {
            EvacuationVm[] restricted = [.. leaving.Where(guest => vms.ContainsKey(guest.Vm.Uuid)).Select(guest => Restricted(vms[guest.Vm.Uuid], groups))];
            EvacuationPacking packing = EvacuationPacker.Pack(restricted, _hosts, _judge.Fits);
            bool free = restricted.All(vm => ReferenceEquals(vm, vms[vm.Uuid]));
            atMost = first is null && free ? packing.AtMost : atMost;
            first ??= packing;
            if (releases < MostRounds && Release(packing, groups))
            {
                releases++;
                round--;
                continue;
            }

            replay = new(_pairs, Ordered(packing, vms), _choices);
            if (replay.FailedFor.Count == 0)
            {
                break;
            }

            foreach (EvacuationChoice failed in replay.Failed)
            {
                Exclude(failed, groups, vms);
            }
        }

        replay = Sound(replay, groups);
        HashSet<Guid> go = [.. replay.Moves.Select(move => move.Choice.Guest.Vm.Uuid)];
        EvacuationStay stay = new(_pairs, replay, groups, _hosts);
        left.AddRange(stay.Of([.. leaving.Where(guest => !go.Contains(guest.Vm.Uuid))], vms));
        return Finished(replay, left, Math.Max(go.Count, atMost == 0 ? vms.Count : atMost), stay);
    }

    // A VM without any host stays, and then counts for the others of its groups: so once more until none is found.
    private (EvacuationGroups Groups, Dictionary<Guid, EvacuationVm> Vms) WithHosts(List<EvacuationGuest> leaving)
    {
        List<EvacuationGuest> able = [.. leaving.Where(guest => _choices.Of(guest).Count > 0)];
        while (true)
        {
            EvacuationGroups groups = new(_pairs, able);
            Dictionary<Guid, EvacuationVm> vms = new(able.Count);
            foreach (EvacuationGuest guest in able)
            {
                IReadOnlyDictionary<string, int> hosts = _choices.Of(guest);
                Guid vm = guest.Vm.Uuid;
                if (groups.Of(vm).Count > 0)
                {
                    hosts = Only(hosts, host => groups.Allow(vm, host));
                }

                bool stopped = EvacuationPairs.IsStopped(guest);
                EvacuationVm one = new()
                {
                    Uuid = vm,
                    Name = guest.Vm.Name,
                    Memory = stopped ? default : new(GuestMemory.OrdinaryBytes(guest.Definition) + GuestMemory.Overhead(guest.Definition).Bytes),
                    HugePages = stopped ? new Dictionary<ByteSize, ByteSize>() : PagesOf(guest),
                    Hosts = hosts,
                    Judged = _choices.IsJudged(guest),
                    Apart = groups.ApartOf(vm),
                    Together = groups.TogetherOf(vm),
                };
                if (_hosts.Any(host => Takes(one, host)))
                {
                    vms[vm] = one;
                }
            }

            if (vms.Count == able.Count)
            {
                return (groups, vms);
            }

            able.RemoveAll(guest => !vms.ContainsKey(guest.Vm.Uuid));
        }
    }

    // The hosts on which the others of its group are, and that of the plan that is kept, come first.
    private EvacuationVm Restricted(EvacuationVm vm, EvacuationGroups groups)
    {
        IReadOnlyDictionary<string, int> hosts = vm.Hosts;
        if (_excluded.Count > 0)
        {
            Dictionary<string, int> others = Only(hosts, host => !_excluded.Contains((vm.Uuid, host)));
            hosts = others.Count == hosts.Count ? hosts : others;
        }

        if (!_released.Contains(vm.Uuid))
        {
            if (groups.BoundTo(vm.Uuid) is { } bound && Only(hosts, bound.Contains) is { Count: > 0 } there && there.Count < hosts.Count)
            {
                hosts = there;
            }

            if (_kept.TryGetValue(vm.Uuid, out (int Turn, string Host) kept) && Only(hosts, host => host.Equals(kept.Host, StringComparison.OrdinalIgnoreCase)) is { Count: > 0 } same)
            {
                hosts = same;
            }
        }

        return ReferenceEquals(hosts, vm.Hosts) ? vm : vm with { Hosts = hosts };
    }

    // A VM that is left for the sake of a wish has the wish no longer, nor have those that it goes with.
    private bool Release(EvacuationPacking packing, EvacuationGroups groups)
    {
        bool any = false;
        foreach (EvacuationVm vm in packing.Left)
        {
            any |= (_kept.ContainsKey(vm.Uuid) || groups.BoundTo(vm.Uuid) is not null) && _released.Add(vm.Uuid);
        }

        return any;
    }

    private void Exclude(EvacuationChoice failed, EvacuationGroups groups, Dictionary<Guid, EvacuationVm> vms)
    {
        string host = failed.Target.Inventory.Name;
        string? together = groups.TogetherOf(failed.Guest.Vm.Uuid);
        _ = _excluded.Add((failed.Guest.Vm.Uuid, host));
        foreach (EvacuationVm vm in together is null ? [] : vms.Values.Where(vm => vm.Together == together))
        {
            _ = _excluded.Add((vm.Uuid, host));
        }
    }

    private EvacuationChoice[] Ordered(EvacuationPacking packing, Dictionary<Guid, EvacuationVm> vms)
    {
        int running = packing.Hosts.Keys.Count(vm => !EvacuationPairs.IsStopped(_guests[vm]));
        EvacuationPace pace = new(_situation, running);
        return EvacuationOrder.Of(packing.Hosts.Select(one =>
        {
            EvacuationGuest guest = _guests[one.Key];
            int host = _targets[one.Value];
            EvacuationTarget target = _situation.Targets[host];
            EvacuationVm vm = vms[one.Key];
            return new EvacuationChoice(
                guest,
                target,
                vm.Hosts.Count == 1 ? 1 : Choices(vm),
                !PinLayout.Of(guest.Definition).IsEmpty() || vm.Judged,
                _kept.TryGetValue(one.Key, out (int Turn, string Host) kept) && kept.Host.Equals(one.Value, StringComparison.OrdinalIgnoreCase) ? kept.Turn : null,
                pace.Of(guest, target, _choices.PlanLike(guest, host)));
        }));
    }

    // VMs that are alike share one list of hosts.
    private int Choices(EvacuationVm vm)
    {
        if (vm.HugePages.Count > 0)
        {
            return _hosts.Count(host => Takes(vm, host));
        }

        if (!_taking.TryGetValue((vm.Hosts, vm.Memory), out int taking))
        {
            taking = _hosts.Count(host => Takes(vm, host));
            _taking[(vm.Hosts, vm.Memory)] = taking;
        }

        return taking;
    }

    private static bool Takes(EvacuationVm vm, EvacuationHost host) =>
        vm.Memory <= host.Memory && vm.Hosts.ContainsKey(host.Name) && (vm.HugePages.Count == 0 || vm.HugePages.All(pages => pages.Value <= host.HugePages.GetValueOrDefault(pages.Key)));

    // Whoever still fails stays, with those that may not go without it; each time at least one.
    private EvacuationReplay Sound(EvacuationReplay replay, EvacuationGroups groups)
    {
        while (replay.FailedFor.Count > 0)
        {
            HashSet<Guid> failed = [.. replay.Failed.Select(one => one.Guest.Vm.Uuid)];
            HashSet<string?> together = [.. failed.Select(groups.TogetherOf).Where(name => name is not null)];
            replay = new(_pairs, [.. replay.All.Where(one => !failed.Contains(one.Guest.Vm.Uuid) && (groups.TogetherOf(one.Guest.Vm.Uuid) is not string name || !together.Contains(name)))], _choices);
        }

        return replay;
    }

    private EvacuationPlan Finished(EvacuationReplay replay, List<UnmovableVm> left, int atMost, EvacuationStay stay)
    {
        EvacuationPace pace = new(_situation, replay.Moves.Count(move => !EvacuationPairs.IsStopped(move.Choice.Guest)));
        EvacuationMove[] timed = [.. replay.Moves.Select(move => pace.Of(move.Choice.Guest, move.Choice.Target, move.Candidate.Plan))];
        EvacuationTimetable timetable = EvacuationTimetable.Of(timed);
        Dictionary<Guid, int> turns = _situation.Guests.Select((guest, turn) => (guest.Vm.Uuid, turn)).ToDictionary(one => one.Uuid, one => one.turn);
        PlannedMove[] moves = [.. replay.Moves.Select((move, index) => Move(move, index, timetable))];
        return new()
        {
            Host = _situation.Source.Name,
            Cluster = _situation.Source.Registration.Cluster,
            Moves = moves,
            Left = (UnmovableVm[])[.. left.OrderBy(one => turns[one.Uuid])],
            Total = timetable.Total,
            AtLeast = timetable.AtLeast,
            TimeBasis = pace.Basis(),
            AtMost = atMost,
            Lacking = stay.Lacking,
            Targets = (string[])[.. _situation.Targets.Where(target => target.Maintenance?.Closed() != true).Select(target => target.Inventory.Name)],
            Warnings = (string[])[.. EvacuationWarnings.Of(_situation, replay, moves, left), .. stay.Notices],
        };
    }

    private PlannedMove Move(EvacuationReplay.Checked move, int index, EvacuationTimetable timetable)
    {
        EvacuationGuest guest = move.Choice.Guest;
        MigrationPlan? plan = move.Candidate.Plan;
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(guest.Definition, _situation.Cluster);
        bool manual = mode.Mode == MigrationMode.ManualOnly;
        (EvacuationMove timed, TimeSpan start, _) = timetable.Runs[index];
        return new()
        {
            Order = index + 1,
            VM = guest.Vm.Name,
            Uuid = guest.Vm.Uuid,
            Destination = move.Choice.Target.Inventory.Name,
            Choices = move.Choice.Choices,
            Memory = guest.Definition.Memory,
            Priority = EvacuationOrder.PriorityOf(guest),
            Policy = plan?.Policy,
            ParallelConnections = plan?.Transfer.ParallelConnections,
            ManualOnly = manual,
            ManualReason = manual ? mode.Reason() : null,
            Pins = plan?.Pins is PinRemapping pins ? string.Join("; ", PinText.Lines(pins.Before, pins.After, int.MaxValue).Select(line => $"{line.Who} {line.Change}")) : null,
            Stopped = EvacuationPairs.IsStopped(guest),
            Start = start,
            Takes = timed.Takes,
            Warnings = (string[])[.. move.Findings.Where(finding => finding.Severity == FindingSeverity.Warning).Select(finding => finding.ToString())],
        };
    }

    private static Dictionary<string, int> Only(IReadOnlyDictionary<string, int> hosts, Func<string, bool> takes)
    {
        Dictionary<string, int> some = new(hosts.Count, StringComparer.OrdinalIgnoreCase);
        foreach ((string host, int suits) in hosts)
        {
            if (takes(host))
            {
                some[host] = suits;
            }
        }

        return some;
    }

    private static Dictionary<ByteSize, ByteSize> PagesOf(EvacuationGuest guest)
    {
        Dictionary<ByteSize, ByteSize> pages = [];
        if (GuestMemory.HugePageUses(guest.Definition).Count > 0)
        {
            foreach (MemoryPart part in GuestMemory.Parts(guest.Definition))
            {
                if (part.Pages?.PageSize is ByteSize size)
                {
                    pages[size] = new(pages.GetValueOrDefault(size).Bytes + ((part.Bytes + size.Bytes - 1) / size.Bytes * size.Bytes));
                }
            }
        }

        return pages;
    }
}
