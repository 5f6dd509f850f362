using VirtMigration.Options;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Policies;

public sealed class BuiltInPoliciesTests
{
    public static TheoryData<string, int, int, bool, bool, string> Table => new()
    {
        // name, migrations at a time, first downtime in ms, compression, zero-copy, schedule
        { "MinimalDowntime", 2, 100, false, false, "1:150 2:200 3:300 4:400 6:500 abort" },
        { "SuspendWorkloadIfNeeded", 1, 100, true, false, "1:150 2:200 3:300 4:400 6:500 -:5000 abort" },
        { "PostCopy", 2, 100, false, false, "1:150 2:200 post-copy abort" },
        { "VeryLarge", 1, 300, false, true, "1:400 2:500 3:700 4:1000 6:1500 -:5000 abort" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_numbers_are_those_of_the_table(string name, int atATime, int downtime, bool compression, bool zeroCopy, string schedule)
    {
        MigrationPolicy policy = BuiltInPolicies.Find(name);
        Assert.Equal(atATime, policy.MaxConcurrent);
        Assert.Equal(TimeSpan.FromMilliseconds(downtime), policy.InitialDowntime);
        Assert.Equal(compression ? CompressionMethod.Xbzrle : CompressionMethod.None, policy.Compression);
        Assert.Equal(zeroCopy, policy.ZeroCopy);
        Assert.Equal(schedule, string.Join(' ', policy.Schedule.Select(Short)));
        Assert.True(policy.AutoConverge);
        Assert.True(policy.BuiltIn);
        Assert.Equal(TimeSpan.FromSeconds(10), policy.StepInterval);
        Assert.Equal(name == "PostCopy" ? PostCopyMode.Scheduled : PostCopyMode.Off, policy.PostCopy());
    }

    [Fact]
    public void There_are_just_these() => Assert.Equal(
        ["MinimalDowntime", "PostCopy", "SuspendWorkloadIfNeeded", "VeryLarge"], BuiltInPolicies.All.Select(policy => policy.Name));

    [Fact]
    public void The_default_is_minimal_downtime() => Assert.Same(BuiltInPolicies.MinimalDowntime, BuiltInPolicies.Default);

    [Fact]
    public void Every_policy_ends_by_giving_up() =>
        Assert.All(BuiltInPolicies.All, policy => Assert.Equal(ConvergenceAction.Abort, policy.Schedule[^1].Action));

    [Fact]
    public void No_policy_lowers_the_downtime_on_its_way() => Assert.All(BuiltInPolicies.All, policy =>
    {
        List<TimeSpan> downtimes = [policy.InitialDowntime, .. policy.Schedule.Select(step => step.Downtime).OfType<TimeSpan>()];
        Assert.Equal(downtimes.Order(), downtimes);
    });

    [Fact]
    public void A_policy_is_found_without_regard_to_case() => Assert.Same(BuiltInPolicies.VeryLarge, BuiltInPolicies.Find("verylarge"));

    [Fact]
    public void A_name_nobody_has_is_answered_with_the_nearest()
    {
        UnknownNameException error = Assert.Throws<UnknownNameException>(() => BuiltInPolicies.Find("VeryLagre"));
        Assert.Equal("PolicyNotFound", error.ErrorId);
        Assert.Contains("'VeryLarge'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "pass 2: downtime 400 ms")]
    [InlineData(5, "then: downtime 5 s")]
    [InlineData(6, "then: abort")]
    public void A_step_says_what_it_does_and_when(int index, string text) => Assert.Equal(text, BuiltInPolicies.VeryLarge.Schedule[index].ToString());

    private static string Short(ConvergenceStep step) => step.Action switch
    {
        ConvergenceAction.SetDowntime => $"{step.AfterPass?.ToString() ?? "-"}:{step.Downtime!.Value.TotalMilliseconds}",
        ConvergenceAction.StartPostCopy => "post-copy",
        _ => "abort",
    };
}
