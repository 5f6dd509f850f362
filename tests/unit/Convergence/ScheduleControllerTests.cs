using VirtMigration.Convergence;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class ScheduleControllerTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("MinimalDowntime", "150@2 200@3 300@4 400@5 500@7 abort@8")]
    [InlineData("SuspendWorkloadIfNeeded", "150@2 200@3 300@4 400@5 500@7 5000@8 abort@9")]
    [InlineData("PostCopy", "150@2 200@3 post-copy@4 abort@5")]
    [InlineData("VeryLarge", "400@2 500@3 700@4 1000@5 1500@7 5000@8 abort@9")]
    public void With_slow_passes_the_pass_decides(string policy, string timeline)
    {
        ScheduleController controller = Of(BuiltInPolicies.Find(policy));
        Assert.Equal(timeline, Run(Enumerable.Range(0, 30), pass => Due(controller, pass), TimeSpan.FromSeconds(10)));
    }

    // Hundreds of passes a second over a small working set: oVirt's host agent gives up at the 7th and 8th look, 10 s apart.
    [Theory]
    [InlineData("MinimalDowntime", "150@0 200@10 300@20 400@30 500@40 abort@50")]
    [InlineData("SuspendWorkloadIfNeeded", "150@0 200@10 300@20 400@30 500@40 5000@50 abort@60")]
    [InlineData("VeryLarge", "400@0 500@10 700@20 1000@30 1500@40 5000@50 abort@60")]
    public void With_fast_passes_the_interval_decides(string policy, string timeline)
    {
        ScheduleController controller = Of(BuiltInPolicies.Find(policy));
        Assert.Equal(timeline, Run(Enumerable.Range(0, 100), second => Due(controller, 1000 + (100 * second)), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void No_two_steps_are_closer_together_than_the_interval()
    {
        ScheduleController controller = Of(BuiltInPolicies.MinimalDowntime);
        Assert.NotNull(Due(controller, 2));
        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.Null(Due(controller, 50));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.NotNull(Due(controller, 50));
    }

    [Fact]
    public void A_jump_over_many_passes_takes_one_step_and_skips_none()
    {
        ScheduleController controller = Of(BuiltInPolicies.MinimalDowntime.Schedule, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromMilliseconds(150), Due(controller, 40)?.Downtime);
        Assert.Equal(TimeSpan.FromMilliseconds(200), Due(controller, 40)?.Downtime);
        Assert.Equal(TimeSpan.FromMilliseconds(300), Due(controller, 40)?.Downtime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_first_pass_is_left_in_peace_however_long_it_takes(int pass)
    {
        ScheduleController controller = Of(BuiltInPolicies.MinimalDowntime);
        _clock.Advance(TimeSpan.FromHours(10));
        Assert.Null(Due(controller, pass));
    }

    [Fact]
    public void A_step_without_a_pass_waits_for_a_new_pass_and_not_only_for_time()
    {
        ScheduleController controller = Of(BuiltInPolicies.PostCopy);
        Assert.NotNull(Due(controller, 2));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull(Due(controller, 3));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(Due(controller, 3));
        Assert.Equal(ConvergenceAction.StartPostCopy, Due(controller, 4)?.Action);
    }

    [Fact]
    public void A_first_step_without_a_condition_lets_the_first_pass_go_by_and_when_all_were_taken_there_is_none()
    {
        ScheduleController controller = Of([new() { Action = ConvergenceAction.Abort }], TimeSpan.Zero);
        Assert.Null(Due(controller, 1));
        Assert.NotNull(Due(controller, 2));
        Assert.Null(Due(controller, 3));
    }

    [Fact]
    public void An_empty_schedule_does_nothing() => Assert.Null(Due(Of([], TimeSpan.Zero), 100));

    private ScheduleController Of(MigrationPolicy policy) => Of(policy.Schedule, policy.StepInterval);

    private ScheduleController Of(IReadOnlyList<ConvergenceStep> schedule, TimeSpan interval) => new(schedule, [], interval, TimeSpan.FromMilliseconds(100), _clock);

    // Only the pass counts here: what is left never changes.
    private static ConvergenceStep? Due(ScheduleController controller, int pass) =>
        controller.Due(new(pass, TimeSpan.Zero, Given.GiB(1), Given.GiB(4)))?.Step;

    private string Run(IEnumerable<int> moments, Func<int, ConvergenceStep?> due, TimeSpan between)
    {
        List<string> taken = [];
        foreach (int moment in moments)
        {
            if (due(moment) is ConvergenceStep step)
            {
                taken.Add($"{What(step)}@{moment}");
            }

            _clock.Advance(between);
        }

        return string.Join(' ', taken);
    }

    private static string What(ConvergenceStep step) => step.Action switch
    {
        ConvergenceAction.SetDowntime => $"{step.Downtime!.Value.TotalMilliseconds}",
        ConvergenceAction.StartPostCopy => "post-copy",
        _ => "abort",
    };
}
