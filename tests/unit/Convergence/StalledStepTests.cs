using VirtMigration.Convergence;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class StalledStepTests
{
    private readonly ManualClock _clock = new();

    // Each action on a guest that never gets there, beginning its passes with 250 or 400 MiB: abort is due in the middle of a pass, what
    // stops the guest only where one begins with the less.
    [Theory]
    [InlineData("stalled for 40s: abort", false)]
    [InlineData("stalled for 40s: downtime 1s", false)]
    [InlineData("stalled for 40s: post-copy", true)]
    [InlineData("stalled for 40s: pause up to 30s", true)]
    [InlineData("stalled for 40s: finish", true)]
    public void What_stops_the_guest_waits_for_a_low(string step, bool waits)
    {
        foreach (bool deadline in new[] { false, true })
        {
            ScheduleController controller = deadline ? Of([], [step]) : Of([step], []);
            (int second, long left) = FirstDue(controller);
            Assert.Equal(waits ? 0 : 2, second % 5);
            Assert.True(!waits || left == 250);
        }
    }

    // Auto-converge goes from 20 to 99 percent in steps, the last one in second 80.
    [Theory]
    [InlineData("stalled for 40s: abort", 120)]
    [InlineData("stalled for 40s: downtime 1s", 80)]
    [InlineData("stalled for 40s: post-copy", 80)]
    public void To_give_up_waits_until_the_vCPUs_are_slowed_no_further(string step, int atLeast)
    {
        int due = DueUnderThrottle(step, second => Math.Min(99, 20 + (second / 10 * 10)));
        Assert.True(atLeast == 120 ? due is >= 120 and < 130 : due < atLeast, $"due in second {due}");
        Assert.True(DueUnderThrottle(step, _ => 99) < 80);
    }

    [Fact]
    public void It_goes_together_with_other_conditions()
    {
        (int alone, _) = FirstDue(Of(["stalled for 40s: abort"], []));
        (int together, _) = FirstDue(Of(["after 300s and stalled for 40s: abort"], []));
        Assert.True(alone < 100);
        Assert.Equal(300, together);
    }

    [Fact]
    public void A_finish_allows_what_the_rest_needs_and_twice_as_much_each_time_it_did_not_suffice()
    {
        ScheduleController controller = Of(["pass 3: finish", "then: abort"], []);
        List<string> taken = [];
        for (int second = 0; second < 40; second++)
        {
            if (controller.Due(At(second, pass: 1 + second, left: 400)) is DueStep due)
            {
                taken.Add($"{due.Step.Action} {due.Downtime?.TotalSeconds}".Trim());
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        // 400 MiB at 100 MiB/s, half as much again. Only when all that QEMU allows did not suffice, the next step comes.
        Assert.Equal(["Finish 6", "Finish 12", "Finish 24", "Finish 48", "Finish 96", "Finish 192", "Finish 384", "Finish 768", "Finish 1536", "Finish 2000", "Abort"], taken);
    }

    [Fact]
    public void A_finish_keeps_its_bound()
    {
        ScheduleController controller = Of([], ["after 5s: finish up to 7s"]);
        List<double?> allowed = [];
        for (int second = 0; second < 20; second++)
        {
            allowed.Add(controller.Due(At(second, pass: 1 + second, left: 400))?.Downtime?.TotalSeconds);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([6, 7], allowed.OfType<double>());
    }

    [Fact]
    public void A_finish_without_a_known_rate_allows_all_there_is()
    {
        ScheduleController controller = Of(["pass 2: finish"], []);
        Assert.Equal(TimeSpan.FromSeconds(2000), controller.Due(new(2, TimeSpan.FromSeconds(1), Given.GiB(1), Given.GiB(4)))?.Downtime);
    }

    [Theory]
    [InlineData("pass 4: post-copy", 2, "post-copy at pass 4")]
    [InlineData("pass 4: post-copy", 9, "post-copy soon")]
    [InlineData("then: abort", 1, "abort at pass 2")]
    [InlineData("stalled for 40s: finish", 1, "finish when stalled for 40 s")]
    [InlineData("after 75s/GiB: abort", 1, "abort after 75 s/GiB")]
    [InlineData("pass 3 and no progress for 10s: abort", 1, "abort at pass 3 and without progress for 10 s")]
    [InlineData("after 6 rises: downtime x2 up to 9s", 1, "downtime x2 up to 9 s after 6 rises")]
    public void What_comes_next_is_told(string step, int pass, string next)
    {
        Assert.Equal(next, Of([step], []).Outlook(pass).Next);
        Assert.Equal(TimeSpan.FromMilliseconds(100), Of([step], []).Outlook(pass).Downtime);
    }

    [Fact]
    public void When_all_was_done_nothing_comes_next()
    {
        ScheduleController controller = Of(["pass 2: downtime 1s"], ["after 9s: abort"]);
        Assert.NotNull(controller.Due(At(1, 2, 400)));
        Assert.Equal("abort after 9 s", controller.Outlook(2).Next);
        Assert.Equal(TimeSpan.FromSeconds(1), controller.Outlook(2).Downtime);
        Assert.NotNull(controller.Due(At(10, 2, 400)));
        Assert.Null(controller.Outlook(2).Next);
    }

    // While the destination is prepared, and in the first moment after, the hypervisor says that nothing is left.
    [Theory]
    [InlineData("no progress for 5s: abort", 0, 0)]
    [InlineData("no progress for 5s: abort", 0, 4)]
    [InlineData("stalled for 5s: abort", 0, 0)]
    [InlineData("stalled for 5s: abort", 0, 4)]
    [InlineData("after 1 rises: downtime x2 up to 2s", 0, 0)]
    public void What_is_said_before_memory_is_sent_is_no_progress_that_was_lost(string step, int pass, int total)
    {
        ScheduleController controller = Of([step], []);
        Assert.Null(controller.Due(new(pass, TimeSpan.Zero, default, Given.GiB(total))));
        for (int second = 1; second < 40; second++)
        {
            Assert.Null(controller.Due(At(second, 1, 4000 - (second * 100))));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TimeSpan.Zero, controller.Stall.Idle);
    }

    [Fact]
    public void A_step_that_only_the_interval_holds_back_is_told_with_its_time()
    {
        ScheduleController controller = new(
            [ConvergenceStep.Parse("pass 2: downtime 1s"), ConvergenceStep.Parse("pass 3: abort")], [], TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100), _clock);
        Assert.NotNull(controller.Due(At(1, 2, 400)));
        Assert.Equal("abort at pass 3", controller.Outlook(2).Next);
        Assert.Equal("abort in 10 s", controller.Outlook(3).Next);
        _clock.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal("abort in 3 s", controller.Outlook(3).Next);
        _clock.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal("abort soon", controller.Outlook(3).Next);
    }

    private int DueUnderThrottle(string step, Func<int, int> throttle)
    {
        ScheduleController controller = Of([step], []);
        for (int second = 0; second < 600; second++)
        {
            if (controller.Due(At(second, 1 + (second / 5), 400 - (second % 5 * 75)) with { Throttle = throttle(second) }) is not null)
            {
                return second;
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        return int.MaxValue;
    }

    // Passes of 5 s that begin with 400 and 250 MiB in turn; the odd second shows that a step came within a pass.
    private static (int Second, long Left) FirstDue(ScheduleController controller)
    {
        for (int second = 0; second < 1000; second++)
        {
            int pass = 2 + (second / 5);
            long level = pass % 2 == 0 ? 250 : 400;
            if (second % 5 is 0 or 2 && controller.Due(At(second, pass, second % 5 == 0 ? level : level / 2)) is not null)
            {
                return (second, level);
            }
        }

        return (-1, 0);
    }

    private static ScheduleMoment At(int second, int pass, long left) =>
        new(pass, TimeSpan.FromSeconds(second), new(left << 20), Given.GiB(4)) { Sent = new((second + 1L) * 100 << 20) };

    private ScheduleController Of(string[] schedule, string[] deadlines) => new(
        [.. schedule.Select(ConvergenceStep.Parse)], [.. deadlines.Select(ConvergenceStep.Parse)], TimeSpan.Zero, TimeSpan.FromMilliseconds(100), _clock);
}
