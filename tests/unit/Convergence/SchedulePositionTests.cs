using VirtMigration.Convergence;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class SchedulePositionTests
{
    private static readonly string[] s_ladder = ["pass 2: downtime 150ms", "pass 3: downtime 200ms", "then: downtime 500ms", "then: abort"];

    // The pass, the downtime limit, and the step that comes next.
    [Theory]
    [InlineData(1, 100, 0)]
    [InlineData(1, 500, 0)] // allowed by hand: no step can have been due
    [InlineData(2, 100, 0)]
    [InlineData(2, 150, 1)]
    [InlineData(9, 100, 0)] // overdue, but not taken
    [InlineData(9, 150, 1)]
    [InlineData(9, 200, 2)]
    [InlineData(9, 499, 2)]
    [InlineData(9, 500, 3)]
    [InlineData(3, 500, 2)] // the third cannot have been due
    [InlineData(4, 500, 3)]
    [InlineData(9, 5000, 3)] // an abort is never behind
    public void Steps_that_show_are_behind(int pass, int downtime, int next) => Assert.Equal(next, Find(s_ladder, pass, downtime).Next);

    [Fact]
    public void After_a_step_the_next_one_waits_for_a_new_pass()
    {
        Assert.Equal(9, Find(s_ladder, 9, 200).PassOfLastStep);
        Assert.Equal(1, Find(s_ladder, 9, 100).PassOfLastStep);
    }

    [Theory]
    [InlineData(100, 0, 100)]
    [InlineData(200, 0, 200)] // doubled once: it goes on from there
    [InlineData(350, 1, 350)]
    [InlineData(50, 0, 100)]
    public void A_repeated_step_goes_on_from_what_is_allowed_now(int downtime, int next, int allowed)
    {
        SchedulePosition position = Find(["then: downtime x2 up to 350ms", "then: abort"], 9, downtime);
        Assert.Equal((next, TimeSpan.FromMilliseconds(allowed)), (position.Next, position.Downtime));
    }

    [Theory]
    [InlineData(59, 0)]
    [InlineData(60, 1)]
    public void A_step_whose_time_has_not_come_is_ahead(int seconds, int next) =>
        Assert.Equal(next, Find(["after 60s: downtime 300ms", "then: abort"], 2, 300, seconds).Next);

    [Fact]
    public void The_bandwidth_shows_a_step_and_all_before_it()
    {
        string[] steps = ["stalled for 10s: bandwidth 100MiB/s", "then: bandwidth 200MiB/s", "then: abort"];
        Assert.Equal(0, Find(steps, 9, 100).Next);
        Assert.Equal(1, Find(steps, 9, 100, bandwidth: "100MiB/s").Next);
        Assert.Equal(2, Find(steps, 9, 100, bandwidth: "200MiB/s").Next);
    }

    [Fact]
    public void A_guest_that_stands_shows_the_pause()
    {
        string[] steps = ["pass 2: downtime 150ms", "then: pause up to 30s", "then: abort"];
        Assert.Null(Find(steps, 9, 150).Pausing);
        SchedulePosition position = Find(steps, 9, 150, stands: true);
        Assert.Equal(2, position.Next);
        Assert.Equal("then: pause up to 30 s", position.Pausing?.ToString());
    }

    [Fact]
    public void Deadlines_that_show_are_behind_and_the_others_are_not()
    {
        string[] deadlines = ["after 60s: downtime 2s", "after 90s: downtime 2s", "after 100s: abort"];
        Assert.Equal(3, Find(s_ladder, 9, 200, 110, deadlines: deadlines).Deadlines.Count);
        Assert.Equal(["after 90 s: downtime 2 s", "after 100 s: abort"], Find(s_ladder, 9, 2000, 70, deadlines: deadlines).Deadlines.Select(step => step.ToString()));
    }

    [Fact]
    public void A_schedule_goes_on_where_it_was_and_replays_nothing()
    {
        ManualClock clock = new();
        ScheduleController controller = On(s_ladder, clock, pass: 9, downtime: 200);
        Assert.Null(controller.Due(At(9)));
        Assert.Null(controller.Due(At(10)));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromMilliseconds(500), controller.Due(At(10))?.Downtime);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(controller.Due(At(10)));
        Assert.Equal(ConvergenceAction.Abort, controller.Due(At(11))?.Step.Action);
    }

    [Fact]
    public void A_step_that_is_overdue_is_taken_at_once_and_none_is_skipped()
    {
        ManualClock clock = new();
        ScheduleController controller = On(s_ladder, clock, pass: 9, downtime: 100);
        Assert.Equal(TimeSpan.FromMilliseconds(150), controller.Due(At(9))?.Downtime);
        Assert.Null(controller.Due(At(9)));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromMilliseconds(200), controller.Due(At(9))?.Downtime);
    }

    [Fact]
    public void Deadlines_count_from_the_start_of_the_job_and_progress_from_now()
    {
        ScheduleController controller = On(["no progress for 30s: abort"], new ManualClock(), 9, 100, 300, ["after 310s: downtime 1s"]);
        Assert.Null(controller.Due(At(9, 300)));
        Assert.Equal(TimeSpan.FromSeconds(1), controller.Due(At(9, 310))?.Downtime);
        Assert.Null(controller.Due(At(9, 329)));
        Assert.Equal(ConvergenceAction.Abort, controller.Due(At(9, 330))?.Step.Action);
    }

    private static ConvergenceStep[] Parse(string[] steps) => [.. steps.Select(ConvergenceStep.Parse)];

    private static ScheduleMoment At(int pass, int seconds = 30) => new(pass, TimeSpan.FromSeconds(seconds), Given.GiB(1), Given.GiB(4));

    private static SchedulePosition Find(
        string[] steps, int pass, int downtime, int seconds = 30, string? bandwidth = null, bool stands = false, string[]? deadlines = null) =>
        SchedulePosition.Find(Parse(steps), Parse(deadlines ?? []), TimeSpan.FromMilliseconds(100), new(
            At(pass, seconds), TimeSpan.FromMilliseconds(downtime), bandwidth is null ? null : Bandwidth.Parse(bandwidth), stands));

    private static ScheduleController On(string[] steps, ManualClock clock, int pass, int downtime, int seconds = 30, string[]? deadlines = null) => new(
        Parse(steps), Parse(deadlines ?? []), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100), clock, Find(steps, pass, downtime, seconds, deadlines: deadlines));
}
