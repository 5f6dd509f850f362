using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Evacuation;

/// <summary>Host h1 that is to be emptied, hosts that may take its VMs, and VMs; a test states only what it is about.</summary>
internal static class GivenEvacuation
{
    public static readonly ByteSize Page = ByteSize.FromMebibytes(2);

    public static EvacuationSituation Situation(IEnumerable<EvacuationGuest> guests, params EvacuationTarget[] targets) => new()
    {
        Source = Host("h1", 1),
        Guests = [.. guests],
        Targets = targets,
        Cluster = new() { Cluster = "c1" },
    };

    public static HostInventory Host(string name, int id) => new(Given.Registration(name), Given.Facts(id));

    /// <summary>A host with some GiB available.</summary>
    public static EvacuationTarget Target(string name, int free, int id = 0) => new EvacuationTarget(
        Host(name, id == 0 ? int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture) : id), HostSurroundings.Unknown, new()).With(facts => facts with { AvailableMemory = Given.GiB(free) });

    public static EvacuationTarget With(this EvacuationTarget target, Func<HostFacts, HostFacts> change) =>
        target with { Inventory = target.Inventory with { Facts = change(target.Inventory.Facts) } };

    /// <summary>A VM of some GiB that runs on h1.</summary>
    public static EvacuationGuest Guest(string name, int id, int memory, Func<VmDefinition, VmDefinition>? change = null)
    {
        VmDefinition definition = Given.Definition(id) with { Memory = Given.GiB(memory), OnlineVCpus = 2 };
        return new(Given.Vm(name, id) with { VCpus = 2, Memory = Given.GiB(memory) }, change is null ? definition : change(definition));
    }

    public static EvacuationGuest Stating(this EvacuationGuest guest, Func<VmMigrationOptions, VmMigrationOptions> change) =>
        guest with { Definition = guest.Definition with { Options = change(guest.Definition.Options) } };

    public static EvacuationGuest Stopped(this EvacuationGuest guest) => guest with { Vm = guest.Vm with { State = VmPowerState.ShutOff } };

    public static AffinityGroup Group(string name, AffinityRule rule, params int[] vms) =>
        new() { Name = name, Cluster = "c1", Rule = rule, Mandatory = true, Vms = [.. vms.Select(vm => new AffinityMember(Given.Id(vm), $"vm{vm}"))] };

    /// <summary>Where each VM goes, as <c>a:h2 b:h3</c>, by name.</summary>
    public static string Ways(this EvacuationPlan plan) => string.Join(' ', plan.Moves.OrderBy(move => move.VM).Select(move => $"{move.VM}:{move.Destination}"));

    /// <summary>The VMs that stay with why, as <c>a:NoRoom</c>.</summary>
    public static string Stays(this EvacuationPlan plan) => string.Join(' ', plan.Left.Select(vm => $"{vm.VM}:{vm.ErrorId}"));

    /// <summary>Checks the plan as it will be run: each move in its turn, by all checks, with what is promised to those before it.</summary>
    public static void Holds(this EvacuationPlan plan, EvacuationSituation situation)
    {
        Dictionary<Guid, EvacuationGuest> guests = situation.Guests.ToDictionary(guest => guest.Vm.Uuid);
        Dictionary<string, EvacuationTarget> targets = situation.Targets.ToDictionary(target => target.Inventory.Name);
        Assert.Equal(situation.Guests.Count, plan.Moves.Count + plan.Left.Count);
        Assert.Equal(situation.Guests.Select(guest => guest.Vm.Uuid).Order(), plan.Moves.Select(move => move.Uuid).Concat(plan.Left.Select(vm => vm.Uuid)).Order());
        Assert.True(plan.Moves.Count <= plan.AtMost);
        string[] blocked = Blocked(situation, [.. plan.Moves.Select(move => (guests[move.Uuid], targets[move.Destination]))]);
        Assert.True(blocked.Length == 0, string.Join('\n', blocked));
    }

    /// <summary>Checks that the plan says of each move what a full check of it in its turn says.</summary>
    public static void Says(this EvacuationPlan plan, EvacuationSituation situation)
    {
        Dictionary<Guid, EvacuationGuest> guests = situation.Guests.ToDictionary(guest => guest.Vm.Uuid);
        Dictionary<string, EvacuationTarget> targets = situation.Targets.ToDictionary(target => target.Inventory.Name);
        (DestinationCandidate Candidate, IReadOnlyList<DestinationFinding> Findings)[] all = [.. Checked(situation, [.. plan.Moves.Select(move => (guests[move.Uuid], targets[move.Destination]))])];
        for (int turn = 0; turn < all.Length; turn++)
        {
            PlannedMove move = plan.Moves[turn];
            if (!situation.Groups.Any(group => group.Vms.Any(vm => vm.Uuid == move.Uuid)))
            {
                Assert.Equal(situation.Targets.Count(target => Blocked(situation, [(guests[move.Uuid], target)]).Length == 0), move.Choices);
            }

            MigrationPlan? made = all[turn].Candidate.Plan;
            Assert.Equal((made?.Policy, made?.Transfer.ParallelConnections, made?.Pins is null), (move.Policy, move.ParallelConnections, move.Pins is null));
            Assert.Equal(all[turn].Findings.Where(finding => finding.Severity == FindingSeverity.Warning).Select(finding => finding.ToString()), move.Warnings);
        }
    }

    /// <summary>What keeps moves from being made in this order.</summary>
    public static string[] Blocked(EvacuationSituation situation, IReadOnlyList<(EvacuationGuest Guest, EvacuationTarget Target)> moves) =>
    [
        .. Checked(situation, moves).SelectMany(one => one.Findings.Where(finding => finding.Severity == FindingSeverity.Blocker).Select(finding => $"{one.Candidate.Vm.Name} -> {finding}")),
        .. moves.Where(move => situation.Tried.TryGetValue(move.Guest.Vm.Uuid, out IReadOnlyList<string>? tried) && tried.Contains(move.Target.Inventory.Name)).Select(move => $"{move.Guest.Vm.Name} was tried on {move.Target.Inventory.Name}"),
    ];

    private static IEnumerable<(DestinationCandidate Candidate, IReadOnlyList<DestinationFinding> Findings)> Checked(
        EvacuationSituation situation, IReadOnlyList<(EvacuationGuest Guest, EvacuationTarget Target)> moves)
    {
        Dictionary<string, PlacementReservation> promised = [];
        Dictionary<Guid, string> after = new(situation.Whereabouts);
        foreach ((EvacuationGuest guest, EvacuationTarget target) in moves)
        {
            if (guest.Vm.State != VmPowerState.ShutOff && situation.Groups.Any(group => group.Vms.Any(vm => vm.Uuid == guest.Vm.Uuid)))
            {
                after[guest.Vm.Uuid] = target.Inventory.Name;
            }
        }

        foreach ((EvacuationGuest guest, EvacuationTarget target) in moves)
        {
            string host = target.Inventory.Name;
            PlacementReservation reserved = promised.GetValueOrDefault(host, target.Reserved);
            bool remaps = situation.Parameters.RemapPins ?? guest.Definition.Options.RemapPins ?? false;
            DestinationCandidate candidate = new(guest.Vm, guest.Definition, situation.Source, target.Inventory)
            {
                SourceSurroundings = situation.SourceSurroundings,
                Surroundings = target.Surroundings,
                Load = target.Load,
                Reserved = reserved,
                Cluster = situation.Cluster,
                Groups = [.. situation.Groups.Where(group => group.Vms.Any(vm => vm.Uuid == guest.Vm.Uuid))],
                Whereabouts = after,
                Cpu = guest.Definition.Cpu.Text is string cpu ? situation.Cpus.GetValueOrDefault((host, cpu)) : null,
                Silent = [.. situation.Groups.Any(group => group.Vms.Any(vm => vm.Uuid == guest.Vm.Uuid)) ? situation.Silent.Select(one => one.Host) : []],
                Maintenance = target.Maintenance,
                IgnoreAffinity = situation.Parameters.IgnoreAffinity,
                RemapPins = remaps,
                Remapping = PinLayout.Of(guest.Definition).IsEmpty() ? null : PinRemapper.Remap(guest.Definition, situation.Source, target.Inventory, target.Load, reserved),
            };
            if (guest.Vm.State == VmPowerState.ShutOff)
            {
                yield return (candidate, StoppedVmFit.Findings(candidate));
                continue;
            }

            candidate = Planned(candidate, situation.Parameters);
            yield return (candidate, DestinationRanking.Rank([candidate])[0].Findings);
            promised[host] = reserved.Plus(PlacementReservation.Of(guest.Vm, candidate.Landing));
        }
    }

    private static DestinationCandidate Planned(DestinationCandidate candidate, PlanOptions parameters)
    {
        try
        {
            return candidate with
            {
                Plan = MigrationPlanner.Plan(new()
                {
                    Vm = candidate.Vm,
                    Definition = candidate.Definition,
                    Source = candidate.Source,
                    Destination = candidate.Destination,
                    Parameters = parameters,
                    Cluster = candidate.Cluster,
                    Remapping = candidate.Remapping,
                }),
            };
        }
        catch (VirtMigrationException error)
        {
            return candidate with { PlanError = error };
        }
    }

    /// <summary>The same with what else there may be: CPUs that some hosts lack or say nothing of, VMs that are shut off, hosts in maintenance or
    /// silent, hosts that VMs were tried on, links of any speed, parallel or encrypted migrations.</summary>
    public static EvacuationSituation WithAllElse(this EvacuationSituation situation, int seed)
    {
        Random random = new(seed);
        EvacuationGuest[] guests = [.. situation.Guests.Select(guest => random.Next(6) == 0 ? guest.Stopped() : guest).Select(guest => random.Next(2) == 0 ? guest : guest with
        {
            Definition = guest.Definition with { OnlineVCpus = 8, Cpu = new() { Mode = CpuMode.HostModel, Model = "EPYC", Text = $"<cpu id='{random.Next(3)}'/>" }, MemoryHardLimit = random.Next(3) == 0 ? Given.GiB(1) : null },
        })];
        Dictionary<(string, string), CpuComparison> words = [];
        foreach (string host in situation.Targets.Select(target => target.Inventory.Name))
        {
            for (int cpu = 0; cpu < 3; cpu++)
            {
                if (random.Next(6) is > 0 and int word)
                {
                    words[(host, $"<cpu id='{cpu}'/>")] = new(word switch { 1 => false, 2 => null, _ => true }, null);
                }
            }
        }

        EvacuationTarget[] targets = [.. situation.Targets.Select(target => random.Next(3) > 0 ? target : target.With(facts => facts with { HypervisorVersion = new(6, 2) })).Select(target => target with
        {
            Inventory = target.Inventory.WithLink(random.Next(3) switch { 0 => null, 1 => "10Gbps", _ => "40Gbps" }),
            Maintenance = random.Next(5) > 0 ? null : new()
            {
                Host = target.Inventory.Name, State = (HostMaintenanceState)random.Next(Enum.GetValues<HostMaintenanceState>().Length), Operator = "bob@ops2", Since = DateTimeOffset.UnixEpoch,
            },
        })];
        return situation with
        {
            Guests = guests,
            Targets = targets,
            Source = situation.Source.WithLink("40Gbps"),
            Cpus = words,
            Silent = random.Next(2) == 0 ? [] : [("h99", new(HypervisorFault.Unreachable, "h99", 38, "h99 does not answer.", "See whether it runs."))],
            Tried = guests.Where(_ => random.Next(6) == 0).ToDictionary(guest => guest.Vm.Uuid, _ => (IReadOnlyList<string>)[targets[random.Next(targets.Length)].Inventory.Name]),
            Whereabouts = situation.Whereabouts.Where(one => !guests.Any(guest => guest.Vm.Uuid == one.Key && guest.Vm.State == VmPowerState.ShutOff)).ToDictionary(),
            Parameters = situation.Parameters with { ParallelConnections = random.Next(3) == 0 ? ParallelChoice.Parallel : null, Encryption = random.Next(4) == 0 ? true : null, Policy = random.Next(3) == 0 ? BuiltInPolicies.VeryLarge : null },
        };
    }

    /// <summary>A cluster of any kind: hosts of two or three shapes, some NUMA hosts with huge pages, VMs of a few sizes, of which some are pinned, tied to
    /// cells, on huge pages, state hosts, or are in groups. A share of what the hosts have available is asked for.</summary>
    public static EvacuationSituation Any(int seed, int vms, int hosts, double asked, bool everything = true)
    {
        Random random = new(seed);
        int[] sizes = [.. Enumerable.Range(0, vms).Select(_ => 1 << random.Next(0, 5))];
        int each = (int)Math.Max(2, Math.Ceiling(sizes.Sum() * 1.03 / asked / hosts));
        EvacuationTarget[] targets = [.. Enumerable.Range(2, hosts).Select(number => AnyTarget(random, number, random.Next(each / 2, each + (each / 2) + 1), everything))];
        EvacuationGuest[] guests = [.. sizes.Select((size, index) => AnyGuest(random, $"v{index}", 1000 + index, size, hosts, everything))];
        AffinityGroup[] groups = !everything ? [] : [.. Enumerable.Range(0, vms / 8).Select(number => Group($"g{number}", random.Next(2) == 0 ? AffinityRule.Together : AffinityRule.Apart,
            [.. Enumerable.Range(number * 8, random.Next(2, 4)).Select(index => 1000 + index), .. random.Next(3) == 0 ? [5000 + number] : Array.Empty<int>()]))];
        Dictionary<Guid, string> where = [];
        foreach (AffinityMember member in groups.SelectMany(group => group.Vms))
        {
            where[member.Uuid] = guests.Any(guest => guest.Vm.Uuid == member.Uuid) ? "h1" : $"h{random.Next(2, hosts + 2)}";
        }

        return Situation(guests, targets) with { Groups = groups, Whereabouts = where, Source = Numa(Target("h1", 512), 2, 64).Inventory, Parameters = new() { RemapPins = random.Next(2) == 0 ? true : null } };
    }

    private static EvacuationTarget AnyTarget(Random random, int number, int free, bool everything)
    {
        EvacuationTarget target = Target($"h{number}", free, number + 10);
        if (!everything)
        {
            return target;
        }

        target = random.Next(3) == 0 ? target : Numa(target, random.Next(2) == 0 ? 2 : 1, random.Next(0, 17));
        return target with
        {
            Surroundings = new() { Networks = new HashSet<string>(random.Next(4) == 0 ? ["lan"] : ["lan", "dmz"]) },
            Load = new() { VCpus = random.Next(64), Pins = Enumerable.Range(0, random.Next(4)).ToDictionary(cpu => cpu * 3, _ => 1), IncomingMemory = random.Next(5) == 0 ? Given.GiB(1) : default },
            Reserved = random.Next(5) == 0 ? new() { Vms = ["before"], Memory = Given.GiB(1) } : PlacementReservation.None,
        };
    }

    private static EvacuationTarget Numa(EvacuationTarget target, int cells, int pages) => target.With(facts => facts with
    {
        OnlineCpus = [.. Enumerable.Range(0, 64)],
        Cores = [.. Enumerable.Range(0, 32).Select(core => (IReadOnlyList<int>)[2 * core, (2 * core) + 1])],
        Cells =
        [
            .. Enumerable.Range(0, cells).Select(cell => new NumaCell(cell, Given.GiB(256 / cells), new ByteSize(facts.AvailableMemory!.Value.Bytes / cells),
                [.. Enumerable.Range(cell * 64 / cells, 64 / cells)], [new(Page, 512L * pages / cells, 512L * pages / cells)])),
        ],
        CellDistances = (from left in Enumerable.Range(0, cells) from right in Enumerable.Range(0, cells) select (left, right)).ToDictionary(pair => pair, pair => pair.left == pair.right ? 10 : 21),
    });

    private static EvacuationGuest AnyGuest(Random random, string name, int id, int size, int hosts, bool everything)
    {
        if (!everything)
        {
            return Guest(name, id, size);
        }

        int first = 2 * random.Next(0, 24);
        EvacuationGuest guest = Guest(name, id, size, definition => random.Next(8) switch
        {
            0 => definition with { VCpuPins = [new(0, [first]), new(1, [first + 1])] },
            1 => definition with { NumaBindings = [new(null, NumaMode.Strict, [random.Next(2)])] },
            2 => definition with { HugePages = true, HugePageUses = [new(Page, [])] },
            3 => definition with { HugePages = true, HugePageUses = [new(Page, [])], NumaBindings = [new(null, NumaMode.Strict, [random.Next(2)])] },
            4 => definition with { HugePages = true },
            _ => definition,
        });
        guest = guest with { Definition = guest.Definition with { Networks = [new("network", random.Next(3) == 0 ? "dmz" : "lan", $"52:54:00:00:00:{id % 100:00}", false)] } };
        return random.Next(10) switch
        {
            0 => guest.Stating(options => options with { ExcludedHosts = HostNames.Parse($"h{random.Next(2, hosts + 2)}") }),
            1 => guest.Stating(options => options with { MigrationPriority = MigrationPriority.High }),
            2 => guest.Stating(options => options with { PreferredHosts = HostNames.Parse($"h{random.Next(2, hosts + 2)}") }),
            _ => guest,
        };
    }
}
