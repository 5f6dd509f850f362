using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Units;
using Xunit;
using static VirtMigration.UnitTests.Evacuation.GivenEvacuation;

namespace VirtMigration.UnitTests.Evacuation;

public sealed class EvacuationPlannerTests
{
    [Fact]
    public void VMs_spread_over_the_hosts_and_none_is_filled_over_what_the_checks_allow()
    {
        EvacuationSituation situation = Situation(Enumerable.Range(0, 6).Select(n => Guest($"v{n}", 100 + n, 8)), Target("h2", 64), Target("h3", 64));
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Equal(3, plan.Moves.Count(move => move.Destination == "h2"));
        Assert.All(plan.Moves, move => Assert.Equal(2, move.Choices));
    }

    [Fact]
    public void What_is_promised_or_comes_to_a_host_is_not_given_twice()
    {
        EvacuationTarget half = Target("h2", 33) with { Reserved = new() { Vms = ["before"], Memory = Given.GiB(16) }, Load = new() { IncomingMemory = Given.GiB(8) } };
        EvacuationSituation situation = Situation([Guest("a", 101, 8), Guest("b", 102, 8)], half);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Equal("b:NoRoom", plan.Stays());
    }

    [Fact]
    public void A_VM_that_no_host_would_take_stays_with_all_that_was_found_and_the_others_go()
    {
        EvacuationGuest tied = Guest("tied", 102, 8, vm => vm with { Networks = [new("network", "lan", null, false)], HostDevices = [new("pci", "0000:01:00.0", null)] });
        EvacuationSituation situation = Situation([Guest("a", 101, 8), tied],
            Target("h2", 64) with { Surroundings = new() { Networks = new HashSet<string>() } }, Target("h3", 64) with { Surroundings = new() { Networks = new HashSet<string> { "lan" } } }) with
        {
            Silent = [("h4", new(HypervisorFault.Unreachable, "h4", 38, "h4 does not answer.", "See whether it runs."))],
        };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        UnmovableVm left = Assert.Single(plan.Left);
        Assert.Equal("NoDestination", left.ErrorId);
        Assert.Equal("no host would take it; least is in the way on h3: it needs the pci device 0000:01:00.0 of h1, h3 has another one at best: a VM cannot move with it", left.Reason);
        Assert.Equal(["h3", "h2", "h4"], left.Hosts.Select(report => report.Destination));
        Assert.Equal(["HostDevice", "NetworkMissing"], left.Hosts[1].Findings.Select(finding => finding.Id).Order());
        Assert.Contains(plan.Warnings, warning => warning.StartsWith("h4 does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_finds_no_room_beside_the_others_is_told_how_much_is_missing_where_least_is()
    {
        EvacuationSituation situation = Situation([Guest("a", 101, 16), Guest("b", 102, 16), Guest("c", 103, 16)], Target("h2", 20), Target("h3", 26));
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        UnmovableVm left = Assert.Single(plan.Left);
        Assert.Equal("NoRoom", left.ErrorId);
        Assert.StartsWith("no host has room left for it; h3, where least is missing, lacks ", left.Reason, StringComparison.Ordinal);
        ByteSize lacks = new((2 * (Given.GiB(16).Bytes + (Given.GiB(16).Bytes / 512) + (64L << 20))) - Given.GiB(26).Bytes);
        Assert.Contains($"lacks {lacks} of memory for it beside the VMs that go there", left.Reason, StringComparison.Ordinal);
        Assert.Equal(2, plan.AtMost);
        Assert.Matches("^h2 and h3 lack .* together for 1 VM$", plan.Missing());
        Assert.Null(EvacuationPlanner.Plan(Situation([Guest("a", 101, 16)], Target("h2", 20))).Missing());
    }

    [Fact]
    public void Huge_pages_that_are_missing_are_told()
    {
        EvacuationGuest[] guests = [.. Enumerable.Range(0, 3).Select(n => Guest($"v{n}", 101 + n, 4, vm => vm with { HugePages = true, HugePageUses = [new(Page, [])] }))];
        NumaCell cell = new(0, Given.GiB(256), Given.GiB(100), [], [new(Page, 5000, 4096)]);
        EvacuationSituation situation = Situation(guests, Target("h2", 100).With(facts => facts with { Cells = [cell] }));
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Contains("h2, lacks 2048 huge pages of 2 MiB for it beside", Assert.Single(plan.Left).Reason, StringComparison.Ordinal);
        Assert.Null(plan.Lacking);
        Assert.StartsWith("h2 has no place for 1 VM: v2: no host has room", plan.Missing(), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_not_leave_stays_for_the_reason_that_is_stated()
    {
        EvacuationGuest[] guests =
        [
            Guest("never", 101, 1).Stating(options => options with { MigrationMode = MigrationMode.NotMigratable }),
            Guest("manual", 102, 1).Stating(options => options with { MigrationMode = MigrationMode.ManualOnly }),
            Guest("unread", 103, 1).Stating(options => options with { Problem = "its options cannot be read: x." }),
            Guest("busy", 104, 1) with { UnderWay = "to h3, by alice@ops1" },
            Guest("plain", 105, 1),
        ];
        EvacuationSituation asked = Situation(guests, Target("h2", 64));
        EvacuationPlan plan = EvacuationPlanner.Plan(asked);
        Assert.Equal("never:VmNotMigratable busy:MigrationAlreadyRunning", plan.Stays());
        Assert.Equal("it states so", plan.Moves.Single(move => move.VM == "manual").ManualReason);
        Assert.Contains("what unread states for its migrations cannot be read and does not count", plan.Warnings);
        Assert.Equal("never:VmNotMigratable manual:ManualOnlySkipped busy:MigrationAlreadyRunning", EvacuationPlanner.Plan(asked with { ManualDeclined = true }).Stays());
        EvacuationPlan automatic = EvacuationPlanner.Plan(asked with { Automatic = true });
        Assert.Equal("never:VmNotMigratable manual:ManualOnlySkipped unread:VmOptionsUnreadable busy:MigrationAlreadyRunning", automatic.Stays());
        Assert.Equal("plain:h2", automatic.Ways());
    }

    [Fact]
    public void Hosts_in_maintenance_and_those_that_a_VM_was_tried_on_take_nothing()
    {
        HostMaintenance closed = new() { Host = "h2", State = HostMaintenanceState.Evacuating, Operator = "bob@ops2", Since = DateTimeOffset.UnixEpoch };
        EvacuationTarget[] targets = [Target("h2", 64) with { Maintenance = closed }, Target("h3", 20), Target("h4", 64) with { Maintenance = closed with { Host = "h4", State = HostMaintenanceState.Planned } }];
        EvacuationSituation situation = Situation([Guest("a", 101, 8), Guest("b", 102, 8)], targets) with
        {
            Tried = new Dictionary<Guid, IReadOnlyList<string>> { [Given.Id(101)] = ["H4"], [Given.Id(102)] = ["h3", "h4"] },
        };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        Assert.Equal("a:h3", plan.Ways());
        Assert.Equal(["h3", "h4"], plan.Targets);
        Assert.Contains("h2 is in maintenance and takes none", plan.Warnings);
        UnmovableVm left = Assert.Single(plan.Left);
        Assert.Equal("NoDestination", left.ErrorId);
        Assert.Equal(["HostInMaintenance", "TriedInVain", "TriedInVain"], left.Hosts.OrderBy(report => report.Destination).Select(report => report.Findings[0].Id));
        Assert.All(left.Hosts, report => Assert.False(report.Eligible));
    }

    [Fact]
    public void VMs_that_belong_together_go_as_one()
    {
        EvacuationGuest[] guests = [.. Enumerable.Range(101, 3).Select(n => Guest($"vm{n}", n, 8))];
        EvacuationSituation situation = Situation(guests, Target("h2", 20), Target("h3", 30)) with { Groups = [Group("web", AffinityRule.Together, 101, 102, 103)], Whereabouts = On("h1", 101, 102, 103) };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Equal("vm101:h3 vm102:h3 vm103:h3", plan.Ways());

        EvacuationSituation tight = situation with { Targets = [Target("h2", 20), Target("h3", 20)] };
        EvacuationPlan none = EvacuationPlanner.Plan(tight);
        none.Holds(tight);
        Assert.Equal("vm101:NoRoom vm102:NoRoom vm103:NoRoom", none.Stays());
        Assert.Contains("for it and vm102 and vm103, which belong together,", none.Left[0].Reason, StringComparison.Ordinal);
        Assert.Equal(3, EvacuationPlanner.Plan(tight with { Parameters = new() { IgnoreAffinity = true } }).Moves.Count);
    }

    [Fact]
    public void Where_others_of_its_group_are_a_VM_goes_if_there_is_room()
    {
        EvacuationSituation situation = Situation([Guest("vm101", 101, 8)], Target("h2", 200), Target("h3", 10)) with { Groups = [Group("web", AffinityRule.Together, 101, 102)], Whereabouts = On("h3", 102).Concat(On("h1", 101)).ToDictionary() };
        Assert.Equal("vm101:h3", EvacuationPlanner.Plan(situation).Ways());
        EvacuationSituation full = situation with { Targets = [Target("h2", 200), Target("h3", 4)] };
        EvacuationPlan plan = EvacuationPlanner.Plan(full);
        plan.Holds(full);
        Assert.Equal("vm101:h2", plan.Ways());
    }

    [Fact]
    public void VMs_that_belong_apart_do_not_meet_nor_those_that_are_there()
    {
        EvacuationSituation situation = Situation([Guest("vm101", 101, 8), Guest("vm102", 102, 8)], Target("h2", 200), Target("h3", 100), Target("h4", 50)) with
        {
            Groups = [Group("db", AffinityRule.Apart, 101, 102, 103)],
            Whereabouts = On("h2", 103).Concat(On("h1", 101, 102)).ToDictionary(),
        };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Equal(["h3", "h4"], plan.Moves.Select(move => move.Destination).Order());
        EvacuationPlan two = EvacuationPlanner.Plan(situation with { Targets = [.. situation.Targets.Take(2)] });
        UnmovableVm left = Assert.Single(two.Left);
        Assert.Equal("NoRoom", left.ErrorId);
        Assert.Contains("does not fit its groups beside the VMs that go there: it needs the VMs of affinity group db apart", left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_a_group_that_cannot_leave_counts_as_staying()
    {
        EvacuationGuest[] guests = [Guest("vm101", 101, 8), Guest("vm102", 102, 8).Stating(options => options with { MigrationMode = MigrationMode.NotMigratable })];
        EvacuationSituation situation = Situation(guests, Target("h2", 64)) with { Groups = [Group("web", AffinityRule.Together, 101, 102)], Whereabouts = On("h1", 101, 102) };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        Assert.Equal("vm101:NoDestination vm102:VmNotMigratable", string.Join(' ', plan.Left.Select(vm => $"{vm.VM}:{vm.ErrorId}")));
        Assert.Equal("AffinityBroken", plan.Left[0].Hosts[0].Findings[0].Id);
    }

    [Fact]
    public void High_priority_leaves_first_then_what_is_tied_or_has_one_host_then_the_longest()
    {
        EvacuationGuest[] guests =
        [
            Guest("brief", 101, 2), Guest("long", 102, 16), Guest("last", 103, 32).Stating(options => options with { MigrationPriority = MigrationPriority.Low }),
            Guest("first", 104, 1).Stating(options => options with { MigrationPriority = MigrationPriority.High }),
            Guest("pinned", 105, 4, vm => vm with { VCpuPins = [new(0, [0])] }), Guest("one", 106, 1).Stating(options => options with { AssignedHosts = HostNames.Parse("h2") }),
        ];
        EvacuationTarget[] targets = [.. new[] { Target("h2", 128), Target("h3", 128) }.Select(target => target.With(facts => facts with { OnlineCpus = [0, 1] }))];
        EvacuationPlan plan = EvacuationPlanner.Plan(Situation(guests, targets));
        Assert.Equal(["first", "pinned", "one", "long", "brief", "last"], plan.Moves.Select(move => move.VM));
        Assert.Equal(Enumerable.Range(1, 6), plan.Moves.Select(move => move.Order));
    }

    [Fact]
    public void Of_VMs_that_are_tied_those_with_fewer_hosts_leave_first_and_those_that_run_alone_before_others()
    {
        EvacuationGuest[] guests =
        [
            Guest("anywhere", 101, 16, vm => vm with { VCpuPins = [new(0, [0])] }), Guest("there", 102, 1, vm => vm with { VCpuPins = [new(0, [2])] }),
            Guest("long", 103, 32), Guest("wide", 104, 1).Stating(options => options with { ParallelConnections = ParallelChoice.Parallel }),
        ];
        EvacuationTarget[] targets = [Target("h2", 128).With(facts => facts with { OnlineCpus = [0, 1] }), Target("h3", 128).With(facts => facts with { OnlineCpus = [0, 1, 2] })];
        Assert.Equal(["there", "anywhere", "wide", "long"], EvacuationPlanner.Plan(Situation(guests, targets)).Moves.Select(move => move.VM));
    }

    [Fact]
    public void VMs_on_huge_pages_find_the_hosts_that_have_them_however_many_have_none_left()
    {
        EvacuationGuest[] guests = [.. Enumerable.Range(0, 11).Select(n => Guest($"v{n}", 101 + n, 2, vm => vm with { HugePages = true, HugePageUses = [new(Page, [])] }))];
        EvacuationTarget[] targets = [.. Enumerable.Range(2, 8).Select(n => Target($"h{n}", 1000 - (100 * n)).With(facts => facts with { Cells = [new(0, Given.GiB(1024), Given.GiB(100), [], [new(Page, 4096, n < 9 ? 1024 : 4096)])] }))];
        EvacuationSituation situation = Situation(guests, targets);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Empty(plan.Left);
    }

    [Fact]
    public void A_definition_that_is_shut_off_takes_no_room_and_a_moment()
    {
        EvacuationPlan plan = EvacuationPlanner.Plan(Situation([Guest("a", 101, 8), Guest("off", 102, 64).Stopped()], Target("h2", 10)));
        PlannedMove off = plan.Moves.Single(move => move.VM == "off");
        Assert.True(off.Stopped);
        Assert.Null(off.Policy);
        Assert.Equal(TimeSpan.FromSeconds(0.5), off.Takes);
    }

    [Theory]
    [InlineData("10Gbps", "10Gbps", null, "10 Gbps (the links)", 2 * 8.589934592 / 10 * 8)]
    [InlineData("10Gbps", "1Gbps", null, "1 Gbps (the links)", 2 * 8.589934592 * 8)]
    [InlineData(null, null, "4Gbps", "4 Gbps (as recent migrations reached)", 2 * 8.589934592 / 4 * 8)]
    [InlineData(null, null, null, "1 Gbps (assumed, since neither the links' speed nor a recent migration's is known)", 2 * 8.589934592 * 8)]
    public void A_move_takes_its_memory_over_its_share_of_the_rate_and_half_a_second(string? source, string? there, string? measured, string basis, double seconds)
    {
        EvacuationSituation situation = Situation([Guest("a", 101, 8), Guest("b", 102, 8)], Target("h2", 64) with { Inventory = Target("h2", 64).Inventory.WithLink(there) }) with
        {
            Source = Host("h1", 1).WithLink(source),
            MeasuredRate = measured is null ? null : Bandwidth.Parse(measured),
        };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        Assert.Contains(basis, plan.TimeBasis, StringComparison.Ordinal);
        Assert.Equal(0.5 + seconds, plan.Moves[0].Takes!.Value.TotalSeconds, 3);
        Assert.Equal(plan.Moves[0].Takes, plan.Total);
        EvacuationPlan alone = EvacuationPlanner.Plan(situation with { Guests = [situation.Guests[0]] });
        Assert.Equal(0.5 + (seconds / 2), alone.Total!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void Parallel_migrations_run_alone()
    {
        EvacuationSituation situation = Situation(Enumerable.Range(0, 3).Select(n => Guest($"v{n}", 101 + n, 8)), Target("h2", 64)) with { Parameters = new() { ParallelConnections = ParallelChoice.Parallel } };
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        Assert.All(plan.Moves, move => Assert.Equal(2, move.ParallelConnections));
        Assert.Equal(plan.Moves[0].Takes * 3, plan.Total);
        Assert.Equal(plan.Moves[0].Takes, plan.Moves[1].Start);
        Assert.Equal(plan.Total, plan.AtLeast);
    }

    [Fact]
    public void Without_another_host_or_an_answer_nothing_is_planned()
    {
        EvacuationSituation last = Situation([Guest("a", 101, 8)]);
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => EvacuationPlanner.Plan(last));
        Assert.Equal(("LastHostOfCluster", "h1"), (error.ErrorId, error.Target));
        Assert.Equal("h1 is the only host of cluster 'c1', so its 1 VM has nowhere to go.", error.Message);
        error = Assert.Throws<VirtMigrationException>(() => EvacuationPlanner.Plan(last with { Silent = [("h2", new(HypervisorFault.Unreachable, "h2", 38, "h2 does not answer.", "See whether it runs."))] }));
        Assert.Equal("DestinationsSilent", error.ErrorId);
        Assert.Contains("h2: h2 does not answer.", error.Message, StringComparison.Ordinal);
        Assert.Empty(EvacuationPlanner.Plan(last with { Guests = [] }).Moves);
    }

    [Fact]
    public void VMs_that_are_tied_to_a_cell_find_the_hosts_where_it_has_room_however_many_have_none_left()
    {
        EvacuationGuest[] guests = [.. Enumerable.Range(0, 11).Select(n => Guest($"v{n}", 101 + n, 2, vm => vm with { NumaBindings = [new(null, NumaMode.Strict, [0])] }))];
        EvacuationTarget[] targets = [.. Enumerable.Range(2, 8).Select(n => Target($"h{n}", 1000 - (100 * n)).With(facts => facts with
        {
            Cells = [new(0, Given.GiB(512), Given.GiB(n < 9 ? 3 : 50), [], []), new(1, Given.GiB(512), Given.GiB(1000 - (100 * n) - (n < 9 ? 3 : 50)), [], [])],
        }))];
        EvacuationSituation situation = Situation(guests, targets);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation);
        plan.Holds(situation);
        Assert.Empty(plan.Left);
    }

    // Every plan is run as it will be, by all checks; nothing that it plans may be refused.
    [Fact]
    public void No_move_of_any_plan_is_refused_when_its_turn_comes()
    {
        int moves = 0;
        int left = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            Random random = new(seed);
            EvacuationSituation situation = Any(seed, random.Next(4, 60), random.Next(3, 12), random.Next(40, 110) / 100.0);
            EvacuationPlan plan = EvacuationPlanner.Plan(situation);
            plan.Holds(situation);
            moves += plan.Moves.Count;
            left += plan.Left.Count;
        }

        Assert.True(moves > 300 && left > 15, $"{moves} moves, {left} left");
    }

    // With CPUs, VMs that are shut off, maintenances, hosts that were tried in vain, links and ways to migrate of any kind; and what a plan says of each move is what a full
    // check in its turn says. Huge pages of no stated size are left out: the planner counts them, and the checks do not.
    [Fact]
    public void Every_move_is_told_as_a_full_check_in_its_turn_tells_it()
    {
        int moves = 0;
        int stopped = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            Random random = new(seed);
            EvacuationSituation situation = Any(seed, random.Next(4, 60), random.Next(3, 12), random.Next(40, 110) / 100.0).WithAllElse(seed);
            situation = situation with { Guests = [.. situation.Guests.Select(guest => guest with { Definition = guest.Definition with { HugePages = guest.Definition.HugePageUses.Count > 0 } })] };
            EvacuationPlan plan = EvacuationPlanner.Plan(situation);
            plan.Holds(situation);
            plan.Says(situation);
            moves += plan.Moves.Count(move => !move.Stopped);
            stopped += plan.Moves.Count(move => move.Stopped);
        }

        Assert.True(moves > 200 && stopped > 40, $"{moves} moves, {stopped} of definitions");
    }

    // A few VMs and hosts of every kind but huge pages of no stated size, which the planner counts and the checks do not, against all assignments there are, each checked in full in the plan's order.
    [Fact]
    public void As_many_leave_as_in_the_best_of_all_assignments()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            Random random = new(seed);
            EvacuationSituation situation = Any(seed, random.Next(2, 6), 2, random.Next(60, 140) / 100.0) with { Groups = [] };
            situation = seed % 2 == 0 ? situation.WithAllElse(seed) : situation;
            situation = situation with { Guests = [.. situation.Guests.Select(guest => guest with { Definition = guest.Definition with { HugePages = guest.Definition.HugePageUses.Count > 0 } })] };
            EvacuationPlan plan = EvacuationPlanner.Plan(situation);
            plan.Holds(situation);
            int best = Best(situation, 0, []);
            Assert.True(plan.Moves.Count >= best, $"seed {seed}: {plan.Moves.Count} leave, of all assignments the best {best}; {plan.ToText()}");
        }
    }

    [Theory]
    [InlineData(40, 4, 0.9)]
    [InlineData(200, 20, 0.95)]
    [InlineData(500, 50, 0.95)]
    public void Where_little_room_is_left_nearly_as_many_leave_as_any_plan_could_move(int vms, int hosts, double asked)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            EvacuationSituation situation = Any(seed, vms, hosts, asked, everything: false);
            EvacuationPlan plan = EvacuationPlanner.Plan(situation);
            plan.Holds(situation);
            Assert.True(plan.Moves.Count >= 0.97 * plan.AtMost, $"seed {seed}: {plan.Moves.Count} of at most {plan.AtMost}");
        }
    }

    // The size of a large cluster; that of the benchmark has fifty times as many pairs.
    [Fact]
    public void Thousands_of_VMs_over_a_hundred_hosts_are_planned()
    {
        EvacuationSituation situation = Any(1, 2000, 100, 0.7, everything: false);
        EvacuationPlan plan = EvacuationPlanner.Plan(situation with { Groups = [] });
        Assert.True(plan.Moves.Count == 2000, $"{plan.Moves.Count}");
        plan.Holds(situation with { Groups = [] });
    }

    [Fact]
    public void The_same_situation_always_gives_the_same_plan() =>
        Assert.Equal(EvacuationPlanner.Plan(Any(3, 40, 5, 0.9)).ToText(), EvacuationPlanner.Plan(Any(3, 40, 5, 0.9)).ToText());

    private static int Best(EvacuationSituation situation, int next, List<(EvacuationGuest Guest, EvacuationTarget Target)> moves)
    {
        if (next == situation.Guests.Count)
        {
            return moves.Count;
        }

        int best = Best(situation, next + 1, moves);
        foreach (EvacuationTarget target in situation.Targets)
        {
            moves.Add((situation.Guests[next], target));
            if (Blocked(situation, moves).Length == 0)
            {
                best = Math.Max(best, Best(situation, next + 1, moves));
            }

            moves.RemoveAt(moves.Count - 1);
        }

        return best;
    }

    private static Dictionary<Guid, string> On(string host, params int[] vms) => vms.ToDictionary(Given.Id, _ => host);
}
