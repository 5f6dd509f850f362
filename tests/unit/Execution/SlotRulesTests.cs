using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class SlotRulesTests
{
    [Fact]
    public void An_idle_pair_of_hosts_hinders_nothing()
    {
        Assert.Null(SlotRules.Hindrance(Plain(1), [], []));
        Assert.Null(SlotRules.Hindrance(Parallel(1), [], []));
    }

    // The first is under way, the second wants to start.
    [Theory]
    [InlineData("h1>h2", "h1>h2", true)]
    [InlineData("h1>h2", "h1>h3", true)]
    [InlineData("h1>h2", "h3>h2", true)]
    [InlineData("h1>h2", "h3>h1", true)]
    [InlineData("h1>h2", "h2>h3", true)]
    [InlineData("h1>h2", "h2>h1", true)]
    [InlineData("h1>h2", "h3>h4", false)]
    public void Parallel_excludes_every_other_on_both_hosts_in_both_directions(string underWay, string wanted, bool waits)
    {
        Assert.Equal(waits, SlotRules.Hindrance(Plain(2, wanted), [Parallel(1, underWay)], []) is not null);
        Assert.Equal(waits, SlotRules.Hindrance(Parallel(2, wanted), [Plain(1, underWay)], []) is not null);
        Assert.Equal(waits, SlotRules.Hindrance(Parallel(2, wanted), [Parallel(1, underWay)], []) is not null);
    }

    // h1>h3 is plain and touches the wanted source; h2>h4 is parallel and touches the wanted destination.
    [Fact]
    public void A_parallel_one_is_seen_behind_a_plain_one_that_touches_the_hosts_too()
    {
        Assert.NotNull(SlotRules.Hindrance(Plain(3, "h1>h2"), [Plain(1, "h1>h3"), Parallel(2, "h2>h4")], []));
        Assert.NotNull(SlotRules.Hindrance(Plain(3, "h1>h2"), [Parallel(2, "h2>h4"), Plain(1, "h1>h3")], []));
    }

    [Theory]
    [InlineData("h1", MigrationDirection.Outgoing)]
    [InlineData("h1", MigrationDirection.Incoming)]
    [InlineData("h2", MigrationDirection.Outgoing)]
    [InlineData("h2", MigrationDirection.Incoming)]
    public void Parallel_waits_for_what_virsh_started_in_either_direction(string host, MigrationDirection direction)
    {
        string? hindrance = SlotRules.Hindrance(Parallel(1), [], [Shown(host, 9, direction)])?.ToString();
        Assert.Contains("VM 'vm9' is under way on " + host, hindrance, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_names_the_parallel_one_and_the_one_under_way()
    {
        string? hindrance = SlotRules.Hindrance(Plain(2), [Parallel(1)], [])?.ToString();
        Assert.Contains("VM 'vm1' migrates over parallel connections and has h1 and h2 for itself", hindrance, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_leave_a_host_at_a_time_and_the_third_waits()
    {
        Assert.Null(SlotRules.Hindrance(Plain(2, "h1>h3"), [Plain(1, "h1>h2")], []));
        string? hindrance = SlotRules.Hindrance(Plain(3, "h1>h4"), [Plain(1, "h1>h2"), Plain(2, "h1>h3")], [])?.ToString();
        Assert.Equal("h1 outgoing 2/2: vm1, vm2", hindrance);
    }

    [Fact]
    public void Two_come_to_a_host_at_a_time_and_the_third_waits()
    {
        Assert.Null(SlotRules.Hindrance(Plain(2, "h3>h2"), [Plain(1, "h1>h2")], []));
        Assert.Equal("h2 incoming 2/2: vm1, vm2", SlotRules.Hindrance(Plain(3, "h4>h2"), [Plain(1, "h1>h2"), Plain(2, "h3>h2")], [])?.ToString());
    }

    [Fact]
    public void What_leaves_a_host_does_not_count_as_coming_to_it() => Assert.Null(SlotRules.Hindrance(
        Plain(3, "h1>h2"), [Plain(1, "h2>h1"), Plain(2, "h2>h1")], [Shown("h1", 1, MigrationDirection.Incoming), Shown("h2", 2, MigrationDirection.Outgoing)]));

    [Fact]
    public void What_virsh_started_counts()
    {
        Assert.Null(SlotRules.Hindrance(Plain(1), [], [Shown("h1", 8, MigrationDirection.Outgoing)]));
        Assert.Equal("h1 outgoing 2/2: vm8, vm9", SlotRules.Hindrance(
            Plain(1), [], [Shown("h1", 8, MigrationDirection.Outgoing), Shown("h1", 9, MigrationDirection.Outgoing)])?.ToString());
        Assert.Equal("h2 incoming 2/2: vm8, vm9", SlotRules.Hindrance(
            Plain(1), [], [Shown("h2", 8, MigrationDirection.Incoming), Shown("h2", 9, MigrationDirection.Incoming)])?.ToString());
    }

    [Fact]
    public void Our_own_that_libvirt_shows_already_is_not_counted_twice() => Assert.Null(SlotRules.Hindrance(
        Plain(2), [Plain(1)], [Shown("h1", 1, MigrationDirection.Outgoing), Shown("h2", 1, MigrationDirection.Incoming)]));

    [Fact]
    public void The_VM_itself_is_no_hindrance_to_its_own_plan() => Assert.Null(SlotRules.Hindrance(
        Parallel(1), [], [Shown("h1", 1, MigrationDirection.Outgoing)]));

    [Fact]
    public void The_strictest_policy_of_those_on_a_host_counts()
    {
        MigrationPlan one = Of(1, "h1>h2", BuiltInPolicies.SuspendWorkloadIfNeeded);
        Assert.Equal("h1 outgoing 1/1: vm1", SlotRules.Hindrance(Plain(2, "h1>h3"), [one], [])?.ToString());
        Assert.Equal("h1 outgoing 1/1: vm2", SlotRules.Hindrance(one, [Plain(2, "h1>h3")], [])?.ToString());
        Assert.Null(SlotRules.Hindrance(Plain(2, "h3>h4"), [one], []));
    }

    [Fact]
    public void Hosts_are_compared_without_regard_to_case()
    {
        Assert.NotNull(SlotRules.Hindrance(Parallel(2), [Plain(1) with { Source = "H1" }], []));
        Assert.NotNull(SlotRules.Hindrance(
            Plain(1), [], [Shown("H1", 8, MigrationDirection.Outgoing), Shown("H1", 9, MigrationDirection.Outgoing)]));
    }

    private static MigrationPlan Plain(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.MinimalDowntime);

    private static MigrationPlan Parallel(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.VeryLarge);

    private static MigrationPlan Of(int id, string way, MigrationPolicy policy) => Given.Plan($"vm{id}", id, way[..2], way[3..], policy);

    private static ActiveMigration Shown(string host, int id, MigrationDirection direction) => new(host, Given.Id(id), $"vm{id}", direction, null);
}
