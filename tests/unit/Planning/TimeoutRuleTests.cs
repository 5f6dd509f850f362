using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class TimeoutRuleTests
{
    [Theory]
    [InlineData("10min", null, "after 10 min: abort")]
    [InlineData("90s", TimeoutAction.Abort, "after 90 s: abort")]
    [InlineData("150s/GiB", TimeoutAction.Pause, "after 150 s/GiB: pause up to 1 min")]
    [InlineData("150s/GiB of at least 2GiB", TimeoutAction.PostCopy, "after 150 s/GiB of at least 2 GiB: post-copy")]
    [InlineData("1h", TimeoutAction.Finish, "after 1 h: finish")]
    public void It_becomes_a_deadline(string timeout, TimeoutAction? action, string deadline)
    {
        MigrationPlan plan = Asked(timeout, action).Planned();
        Assert.Equal(deadline, $"{plan.Deadlines[0]}");
        Assert.Equal(plan.Deadlines[0], plan.Timeout);
        Assert.Equal(SettingOrigin.Parameter, plan.Decision("Timeout").Origin);
        Assert.Equal($"{MigrationTimeout.Parse(timeout)}: {action ?? TimeoutAction.Abort}", plan.Decision("Timeout").Taken);
    }

    [Fact]
    public void Where_none_is_asked_for_there_is_none()
    {
        MigrationPlan plan = Given.Request().Planned();
        Assert.Null(plan.Timeout);
        Assert.Empty(plan.Deadlines);
        Assert.Equal("none", plan.Decision("Timeout").Taken);
    }

    [Fact]
    public void An_action_without_a_time_is_refused() => Given.Request().Asking(it => it with { TimeoutAction = TimeoutAction.Finish }).Refused("TimeoutMissing");

    [Theory]
    [InlineData("10")]
    [InlineData("0s")]
    [InlineData("0s/GiB")]
    [InlineData("ten minutes")]
    [InlineData("5s and pass 2")]
    [InlineData("6 rises")]
    [InlineData("5s: post-copy")]
    [InlineData("")]
    public void A_timeout_is_a_time(string text) =>
        Assert.Equal("TimeoutInvalid", Assert.Throws<VirtMigrationException>(() => MigrationTimeout.Parse(text)).ErrorId);

    [Theory]
    [InlineData("10min", "10 min")]
    [InlineData("150s/GiB of at least 2GiB", "150 s/GiB of at least 2 GiB")]
    public void It_is_written_as_it_is_read(string text, string written)
    {
        Assert.Equal(written, $"{MigrationTimeout.Parse(text)}");
        Assert.Equal(MigrationTimeout.Parse(text), MigrationTimeout.Parse(written));
    }

    [Fact]
    public void Post_copy_is_armed_for_it()
    {
        MigrationPlan plan = Asked("10min", TimeoutAction.PostCopy).Planned();
        Assert.True(plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.Equal("armed", plan.Decision("PostCopy").Taken);
        Assert.False(Asked("10min", TimeoutAction.Finish).Planned().Transfer.Uses(MigrationTechniques.PostCopy));
    }

    [Fact]
    public void Post_copy_that_is_forbidden_or_not_to_be_had_is_refused()
    {
        Asked("10min", TimeoutAction.PostCopy).Asking(it => it with { PostCopy = PostCopyMode.Off }).Refused("TimeoutConflict");
        Asked("10min", TimeoutAction.PostCopy).Asking(it => it with { Transport = MigrationTransport.Attached }).Refused("AttachedPostCopy");
        MigrationRequest request = Asked("10min", TimeoutAction.PostCopy);
        VirtMigrationException error = (request with { Definition = request.Definition with { HugePages = true } }).Refused("PostCopyNotSupported");
        Assert.Contains("-TimeoutAction", error.RecommendedAction, StringComparison.Ordinal);

        // The policy's own post-copy is left out aloud; what was asked for is not.
        MigrationRequest scheduled = request.Asking(it => it with { Policy = BuiltInPolicies.PostCopy });
        (scheduled with { Definition = request.Definition with { HugePages = true } }).Refused("PostCopyNotSupported");
    }

    [Theory]
    [InlineData(TimeoutAction.PostCopy)]
    [InlineData(TimeoutAction.Pause)]
    public void A_paused_VM_has_neither_post_copy_nor_a_pause(TimeoutAction action)
    {
        MigrationPlan plan = (Asked("10min", action) with { Vm = Given.Vm() with { State = VmPowerState.Paused } }).Planned();
        Assert.Equal("after 10 min: abort", $"{plan.Timeout}");
        Assert.True(plan.Decision("Timeout").Changed);
    }

    // Whoever says what is to be done after ten minutes does not want the policy to give up after one.
    [Theory]
    [InlineData(null, "then: abort")]
    [InlineData(TimeoutAction.Abort, "then: abort")]
    [InlineData(TimeoutAction.PostCopy, "after 10 min: abort")]
    [InlineData(TimeoutAction.Pause, "after 10 min: abort")]
    [InlineData(TimeoutAction.Finish, "pass 7: downtime 500 ms")]
    public void The_policys_abort_waits_for_it(TimeoutAction? action, string last) =>
        Assert.Equal(last, $"{Asked("10min", action).Planned().Schedule[^1]}");

    [Fact]
    public void It_takes_the_place_of_the_policys_own_timeout_only()
    {
        MigrationPolicy policy = BuiltInPolicies.Default with
        {
            Name = "Own",
            BuiltIn = false,
            Deadlines = [ConvergenceStep.Parse("after 150s/GiB: abort"), ConvergenceStep.Parse("no progress for 150s: abort"), ConvergenceStep.Parse("after 60s: downtime 1s")],
        };
        MigrationPlan plan = Given.Request(policy).Asking(it => it with { Timeout = MigrationTimeout.Parse("10min") }).Planned();
        Assert.Equal(["after 10 min: abort", "no progress for 150 s: abort", "after 1 min: downtime 1 s"], plan.Deadlines.Select(step => $"{step}"));
    }

    private static MigrationRequest Asked(string timeout, TimeoutAction? action) =>
        Given.Request().Asking(it => it with { Timeout = MigrationTimeout.Parse(timeout), TimeoutAction = action });
}
