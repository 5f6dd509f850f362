using VirtMigration.Options;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class AffinityRulesTests
{
    [Theory]
    [InlineData("db", "1 2", null)]
    [InlineData("db-1.x", "1 2 3", null)]
    [InlineData("", "1 2", "AffinityGroupNameInvalid")]
    [InlineData("a b", "1 2", "AffinityGroupNameInvalid")]
    [InlineData("d*", "1 2", "AffinityGroupNameInvalid")]
    [InlineData("db", "1", "AffinityTooFewVms")]
    [InlineData("db", "", "AffinityTooFewVms")]
    [InlineData("db", "1 1", "AffinityTooFewVms")]
    public void A_group_has_a_name_and_two_VMs(string name, string vms, string? errorId)
    {
        AffinityGroup group = Group("t!1 2") with { Name = name, Vms = Vms(vms) };
        if (errorId is null)
        {
            AffinityRules.Check(group);
            return;
        }

        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => AffinityRules.Check(group));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
    }

    // Each group is its rule (t: together, a: apart), a ! where it is mandatory, and its VMs; the last one is new.
    [Theory]
    [InlineData("t!1 2|a!1 2", true)]
    [InlineData("a!1 2|t!1 2", true)]
    [InlineData("t!1 2|a!2 3", false)]
    [InlineData("t!1 2|a!1 3", false)]
    [InlineData("t!1 2 3|a!3 4 2", true)]
    [InlineData("t!1 2|t!2 3|a!1 3", true)]
    [InlineData("t!1 2|a!1 3|t!2 3", true)]
    [InlineData("t!1 2|t!3 4|a!1 4|t!5 6", false)]
    [InlineData("t!1 2|t!3 4|a!1 4|t!2 3", true)]
    [InlineData("t!1 2|t!1 3|t!2 3", false)]
    [InlineData("a!1 2|a!1 2 3", false)]
    [InlineData("t1 2|a!1 2", false)]
    [InlineData("t!1 2|a1 2", false)]
    [InlineData("a!1 2|t1 2", false)]
    [InlineData("t!1 2|t2 3|a!1 3", false)]
    public void What_no_host_can_keep_is_refused(string groups, bool refused)
    {
        AffinityGroup[] all = [.. groups.Split('|').Select((text, i) => Group(text) with { Name = $"g{i}" })];
        if (!refused)
        {
            AffinityRules.RequireConsistent(all[^1], all[..^1]);
            return;
        }

        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => AffinityRules.RequireConsistent(all[^1], all[..^1]));
        Assert.Equal(("AffinityConflict", all[^1].Name), (error.ErrorId, error.Target));
        Assert.Contains($"'{all[^1].Name}'", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public void Every_group_that_has_a_part_in_it_is_named()
    {
        AffinityGroup[] others = [Group("t!1 2") with { Name = "left" }, Group("t!3 4") with { Name = "right" }, Group("a!1 4") with { Name = "far" }];
        Assert.Equal(
            "vm1 and vm4 belong together by group 'left' and group 'bridge' and group 'right', and apart by group 'far'",
            AffinityRules.Contradiction(Group("t!2 3") with { Name = "bridge" }, others));
        Assert.Contains(
            "vm1 and vm2 belong together by group 'left', and apart by group 'new'",
            AffinityRules.Contradiction(Group("a2 1 7") with { Name = "new" }, others)!.Replace("vm2 and vm1", "vm1 and vm2", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // What stood before must not keep anybody from making another group.
    [Fact]
    public void A_contradiction_that_the_group_has_no_part_in_is_none_of_it() =>
        Assert.Null(AffinityRules.Contradiction(Group("t!5 1"), [Group("t!1 2"), Group("a!1 2")]));

    [Theory]
    [InlineData("t1 2", "a1 2", true)]
    [InlineData("t!1 2", "a1 2", true)]
    [InlineData("t1 2", "a1 3", false)]
    public void Groups_that_are_not_mandatory_contradict_too_and_may(string other, string group, bool contradict) =>
        Assert.Equal(contradict, AffinityRules.Contradiction(Group(group), [Group(other)]) is not null);

    private static AffinityGroup Group(string text) => new()
    {
        Name = text,
        Cluster = "c1",
        Rule = text[0] == 't' ? AffinityRule.Together : AffinityRule.Apart,
        Mandatory = text[1] == '!',
        Vms = Vms(text.TrimStart('t', 'a', '!')),
    };

    private static AffinityMember[] Vms(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(vm => new AffinityMember(Given.Id(int.Parse(vm, System.Globalization.CultureInfo.InvariantCulture)), $"vm{vm}"))];
}
