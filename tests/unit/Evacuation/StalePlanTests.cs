using VirtMigration.Evacuation;
using VirtMigration.Options;
using Xunit;
using static VirtMigration.UnitTests.Evacuation.GivenEvacuation;

namespace VirtMigration.UnitTests.Evacuation;

public sealed class StalePlanTests
{
    private static readonly EvacuationSituation s_then = Situation([Guest("a", 101, 8), Guest("b", 102, 8), Guest("c", 103, 8)], Target("h2", 64), Target("h3", 40));

    [Fact]
    public void What_is_as_it_was_holds()
    {
        SavedEvacuation saved = Saved();
        Assert.Empty(StalePlan.Differences(saved, s_then));
        Assert.Equal(3, saved.Moves.Count);
        Assert.Equal(("alice@ops1", DateTimeOffset.UnixEpoch), (saved.Operator, saved.MadeAt));
    }

    [Fact]
    public void VMs_that_are_gone_shut_off_or_new_are_told()
    {
        EvacuationSituation now = s_then with { Guests = [Guest("a", 101, 8).Stopped(), Guest("c", 103, 8), Guest("d", 104, 1)] };
        IReadOnlyList<string> differences = StalePlan.Differences(Saved(), now);
        Assert.Contains("VM 'a' ran, and is shut off now", differences);
        Assert.Contains(differences, one => one.StartsWith("VM 'b', which was to go to h", StringComparison.Ordinal) && one.EndsWith("does not run on h1 any more", StringComparison.Ordinal));
        Assert.Contains("VM 'd' is on h1, and was not when the plan was made", differences);
        Assert.Equal(3, differences.Count);
    }

    [Fact]
    public void A_destination_that_takes_a_VM_no_longer_is_told_with_the_reason()
    {
        IReadOnlyList<string> full = StalePlan.Differences(Saved(), s_then with { Targets = [Target("h2", 10), Target("h3", 10)] });
        Assert.Single(full);
        Assert.Matches("^VM '[abc]' can no longer go to h2: it needs 8 GiB of memory", full[0]);
        HostMaintenance closed = new() { Host = "h3", State = HostMaintenanceState.InMaintenance, Operator = "bob@ops2", Since = DateTimeOffset.UnixEpoch };
        Assert.Equal("h3, where 1 VM was to go, is in maintenance, by bob@ops2",
            Assert.Single(StalePlan.Differences(Saved(), s_then with { Targets = [s_then.Targets[0], s_then.Targets[1] with { Maintenance = closed }] })));
        Assert.Empty(StalePlan.Differences(Saved(), s_then with { Targets = [s_then.Targets[0], s_then.Targets[1] with { Maintenance = closed with { State = HostMaintenanceState.Planned } }] }));
        Assert.Equal("h3, where 1 VM was to go, does not answer: it is off",
            Assert.Single(StalePlan.Differences(Saved(), s_then with { Targets = [s_then.Targets[0]], Silent = [("h3", new(HypervisorFault.Unreachable, "h3", 38, "it is off.", "Start it."))] })));
        Assert.Equal("h3, where 1 VM was to go, is not among the hosts that may take VMs any more", Assert.Single(StalePlan.Differences(Saved(), s_then with { Targets = [s_then.Targets[0]] })));
        Assert.Contains("only a person may migrate it", Assert.Single(StalePlan.Differences(Saved(), s_then with
        {
            Automatic = true,
            Guests = [Guest("a", 101, 8), Guest("b", 102, 8), Guest("c", 103, 8).Stating(options => options with { MigrationMode = MigrationMode.ManualOnly })],
        })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_that_was_to_stay_and_is_there_still_is_no_difference()
    {
        EvacuationSituation then = s_then with { Guests = [.. s_then.Guests, Guest("large", 104, 500)] };
        EvacuationPlan plan = EvacuationPlanner.Plan(then);
        Assert.Equal("large:NoDestination", plan.Stays());
        Assert.Empty(StalePlan.Differences(SavedEvacuation.Of(plan, "alice@ops1", DateTimeOffset.UnixEpoch, then.Parameters, includeStopped: false), then));
    }

    [Fact]
    public void The_refusal_names_all()
    {
        VirtMigrationException error = StalePlan.Refusal(Saved(), "h1", ["one", "another"]);
        Assert.Equal("EvacuationPlanStale", error.ErrorId);
        Assert.Equal("The plan for h1 that alice@ops1 made at 1970-01-01 00:00 UTC holds no longer:\n  one.\n  another.", error.Message);
    }

    [Fact]
    public void What_holds_of_a_plan_is_kept_in_its_order_and_the_rest_is_planned_anew()
    {
        SavedEvacuation saved = Saved() with { Moves = [new("c", Given.Id(103), "h2", false), new("b", Given.Id(102), "h3", false), new("a", Given.Id(101), "h2", false)] };
        EvacuationPlan plan = EvacuationPlanner.Plan(s_then with { Guests = [.. s_then.Guests, Guest("d", 104, 32)] }, saved);
        Assert.Equal(["c -> h2", "b -> h3", "a -> h2", "d -> h2"], plan.Moves.Select(move => move.ToString()));
        EvacuationSituation now = s_then with { Targets = [Target("h2", 64), Target("h3", 4)] };
        EvacuationPlan other = EvacuationPlanner.Plan(now, saved);
        other.Holds(now);
        Assert.Equal("a:h2 b:h2 c:h2", other.Ways());
    }

    private static SavedEvacuation Saved() => SavedEvacuation.Of(EvacuationPlanner.Plan(s_then), "alice@ops1", DateTimeOffset.UnixEpoch, s_then.Parameters, includeStopped: false);
}
