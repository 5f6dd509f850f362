using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ScheduleRuleTests
{
    // A downtime by parameter or of the VM, and the ladder it leaves of 150, 200, 300, 400, 500: never lowered again.
    [Theory]
    [InlineData("1ms", "150 200 300 400 500")]
    [InlineData("100ms", "150 200 300 400 500")]
    [InlineData("150ms", "150 200 300 400 500")]
    [InlineData("151ms", "151 200 300 400 500")]
    [InlineData("350ms", "350 350 350 400 500")]
    [InlineData("500ms", "500 500 500 500 500")]
    [InlineData("2000s", "2000000 2000000 2000000 2000000 2000000")]
    public void A_longer_downtime_lifts_the_steps_below_it(string downtime, string ladder)
    {
        foreach (MigrationRequest request in new[]
            {
                Given.Request().Asking(it => it with { MaxDowntime = DurationText.Parse(downtime) }),
                Given.Request().Stating(new() { MaxDowntime = DurationText.Parse(downtime) }),
            })
        {
            MigrationPlan plan = request.Planned();
            Assert.Equal(DurationText.Parse(downtime), plan.InitialDowntime);
            Assert.Equal(ladder, string.Join(' ', plan.Schedule.Select(step => step.Downtime).OfType<TimeSpan>().Select(one => one.TotalMilliseconds)));
            Assert.Equal(BuiltInPolicies.Default.Schedule.Select(step => step.AfterPass), plan.Schedule.Select(step => step.AfterPass));
            Assert.Equal(ladder != "150 200 300 400 500", plan.Decision("Schedule").Changed);
        }
    }

    [Fact]
    public void Factors_and_deadlines_are_lifted_too()
    {
        MigrationPlan plan = Given.Request(Own(["then: downtime x2 up to 2s", "then: downtime x3 up to 9s", "then: abort"], ["after 60s: downtime 1s", "after 1h: abort"]))
            .Asking(it => it with { MaxDowntime = TimeSpan.FromSeconds(5) })
            .Planned();
        Assert.Equal(["then: downtime x2 up to 5 s", "then: downtime x3 up to 9 s", "then: abort"], plan.Schedule.Select(step => step.ToString()));
        Assert.Equal(["after 1 min: downtime 5 s", "after 1 h: abort"], plan.Deadlines.Select(step => step.ToString()));
    }

    [Fact]
    public void A_bound_of_a_pause_is_no_downtime()
    {
        MigrationPlan plan = Given.Request(Own(["then: pause up to 2s"], [])).Asking(it => it with { MaxDowntime = TimeSpan.FromSeconds(5) }).Planned();
        Assert.Equal(["then: pause up to 2 s"], plan.Schedule.Select(step => step.ToString()));
    }

    [Theory]
    [InlineData("then: post-copy", "", "then: abort", "")]
    [InlineData("then: downtime 1s|then: post-copy", "", "then: downtime 1 s|then: abort", "")]
    [InlineData("then: post-copy|then: abort", "", "then: abort", "")]
    [InlineData("then: downtime 1s", "after 9s: post-copy", "then: downtime 1 s|then: abort", "")]
    [InlineData("", "no progress for 9s: post-copy|after 1h: abort", "", "after 1 h: abort")]
    [InlineData("then: post-copy", "after 1h: abort", "", "after 1 h: abort")]
    public void Without_post_copy_its_steps_go_and_an_end_stays(string schedule, string deadlines, string leftOfSchedule, string leftOfDeadlines)
    {
        MigrationRequest request = Given.Request(Own(Split(schedule), Split(deadlines)));
        foreach (MigrationRequest without in new[]
            {
                request.Asking(it => it with { PostCopy = PostCopyMode.Off }),
                request.Asking(it => it with { PostCopy = PostCopyMode.Armed }),
                request with { Vm = request.Vm with { State = VmPowerState.Paused } },
            })
        {
            MigrationPlan plan = without.Planned();
            Assert.Equal(Split(leftOfSchedule), plan.Schedule.Select(step => step.ToString()));
            Assert.Equal(Split(leftOfDeadlines), plan.Deadlines.Select(step => step.ToString()));
        }

        Assert.Equal(Split(schedule).Length, request.Planned().Schedule.Count);
    }

    [Fact]
    public void What_fits_is_the_policys_own()
    {
        MigrationPolicy policy = Own(["pass 2: downtime 200ms", "then: abort"], ["no progress for 150s: abort"]) with { StepInterval = TimeSpan.FromSeconds(3) };
        MigrationPlan plan = Given.Request(policy).Planned();
        Assert.Equal(policy.Schedule, plan.Schedule);
        Assert.Equal(policy.Deadlines, plan.Deadlines);
        Assert.Equal(policy.StepInterval, plan.StepInterval);
        Assert.Equal("pass 2: downtime 200 ms, then: abort", plan.Decision("Schedule").Taken);
        Assert.Equal("no progress for 150 s: abort", plan.Decision("Deadlines").Taken);
        Assert.False(plan.Decision("Schedule").Changed);
        Assert.Equal("none", Given.Request().Planned().Decision("Deadlines").Taken);
    }

    // A plan whose schedule was fitted is still the same plan when it is made again at its turn.
    [Fact]
    public void The_same_request_is_fitted_alike()
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.PostCopy).Asking(it => it with { PostCopy = PostCopyMode.Off, MaxDowntime = TimeSpan.FromSeconds(1) });
        Assert.True(request.Planned().DoesTheSameAs(request.Planned()));
        Assert.False(request.Planned().DoesTheSameAs(request.Asking(it => it with { PostCopy = null }).Planned()));
    }

    private static string[] Split(string steps) => steps.Split('|', StringSplitOptions.RemoveEmptyEntries);

    private static MigrationPolicy Own(string[] schedule, string[] deadlines)
    {
        MigrationPolicy policy = BuiltInPolicies.Default with
        {
            Name = "Own",
            BuiltIn = false,
            Schedule = [.. schedule.Select(ConvergenceStep.Parse)],
            Deadlines = [.. deadlines.Select(ConvergenceStep.Parse)],
        };
        PolicyRules.Check(policy);
        return policy;
    }
}
