using VirtMigration.Convergence;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class ScheduleConditionsTests
{
    private static readonly ByteSize s_size = Given.GiB(4);

    private readonly ManualClock _clock = new();

    // A step's condition, a moment, whether it is due then and there: each just before and just at its bound.
    [Theory]
    [InlineData("pass 3: abort", 2, 999, 4, false)]
    [InlineData("pass 3: abort", 3, 0, 4, true)]
    [InlineData("after 90s: abort", 9, 89.999, 4, false)]
    [InlineData("after 90s: abort", 1, 90, 4, true)]
    [InlineData("after 75s/GiB: abort", 9, 299.999, 4, false)]
    [InlineData("after 75s/GiB: abort", 1, 300, 4, true)]
    [InlineData("after 75s/GiB: abort", 1, 75, 1, true)]
    [InlineData("after 75s/GiB: abort", 1, 112.4, 1.5, false)]
    [InlineData("after 75s/GiB: abort", 1, 112.5, 1.5, true)]
    [InlineData("after 75s/GiB: abort", 1, 0, 0, false)]
    [InlineData("after 0s: abort", 0, 9, 1, false)]
    [InlineData("after 75s/GiB of at least 2GiB: abort", 1, 149.999, 0.5, false)]
    [InlineData("after 75s/GiB of at least 2GiB: abort", 1, 150, 0.5, true)]
    [InlineData("after 75s/GiB of at least 2GiB: abort", 1, 150, 2, true)]
    [InlineData("after 75s/GiB of at least 2GiB: abort", 1, 150, 2.1, false)]
    [InlineData("pass 3 and after 90s: abort", 3, 89, 4, false)]
    [InlineData("pass 3 and after 90s: abort", 2, 90, 4, false)]
    [InlineData("pass 3 and after 90s: abort", 3, 90, 4, true)]
    public void A_step_is_due_when_all_its_conditions_hold(string step, int pass, double seconds, double sizeGiB, bool due)
    {
        ScheduleMoment moment = new(pass, TimeSpan.FromSeconds(seconds), Given.GiB(1), new((long)(sizeGiB * (1L << 30))));
        Assert.Equal(due, Of([step], []).Due(moment) is not null);
        Assert.Equal(due, Of([], [step]).Due(moment) is { Deadline: true });
    }

    // What is left at each second; the second at which it has not fallen below its lowest for 3 s.
    [Theory]
    [InlineData("9 8 7 6 5 4 3 2 1", null)]
    [InlineData("9 9 9 9", 3)]
    [InlineData("9 8 8 8 8", 4)]
    [InlineData("9 8 9 8 9", 4)]
    [InlineData("9 8 9 7 9 8 7 9", 6)]
    [InlineData("9 20 20 8 20 20 20", 6)]
    [InlineData("0 0 0 0", 3)]
    public void No_progress_is_counted_from_the_lowest(string left, int? due) =>
        Assert.Equal(due, FirstDue(Of(["no progress for 3s: abort"], []), left));

    [Theory]
    [InlineData("1 2 3 4", 2)]
    [InlineData("4 3 2 1", null)]
    [InlineData("1 2 1 1 2", 4)]
    [InlineData("2 2 2 2", null)]
    [InlineData("5 0 0", 2)]
    [InlineData("0 0 0", 2)]
    [InlineData("1 2 1 0", 3)]
    public void A_rise_is_more_left_than_before_or_none_left(string left, int? due) =>
        Assert.Equal(due, FirstDue(Of(["after 2 rises: abort"], []), left));

    [Fact]
    public void Rises_are_counted_anew_after_each_step()
    {
        ScheduleController controller = Of(["after 2 rises: downtime 1s", "after 2 rises: downtime 2s", "after 1 rises: abort"], []);
        List<int> due = [.. Enumerable.Range(0, 8).Where(second => controller.Due(Moment(second, second)) is not null)];
        Assert.Equal([2, 4, 5], due);
    }

    [Fact]
    public void A_deadline_counts_all_rises()
    {
        ScheduleController controller = Of(["after 2 rises: downtime 1s", "after 2 rises: downtime 2s"], ["after 5 rises: abort"]);
        List<string> due = [.. Enumerable.Range(0, 8).Select(second => controller.Due(Moment(second, second))).OfType<DueStep>().Select(one => one.Step.ToString())];
        Assert.Equal(["after 2 rises: downtime 1 s", "after 2 rises: downtime 2 s", "after 5 rises: abort"], due);
    }

    [Fact]
    public void A_factor_is_repeated_up_to_its_bound_and_then_the_next_step_comes()
    {
        ScheduleController controller = Of(["then: downtime x3 up to 2s", "then: downtime 9s", "then: abort"], []);
        List<string> taken = [];
        for (int pass = 2; pass < 11; pass++)
        {
            DueStep? due = controller.Due(new(pass, TimeSpan.Zero, Given.GiB(1), s_size));
            taken.Add(due is null ? "nothing" : due.Downtime is TimeSpan downtime ? $"{downtime.TotalMilliseconds}" : $"{due.Step.Action}");
        }

        Assert.Equal(["300", "900", "2000", "9000", "Abort", "nothing", "nothing", "nothing", "nothing"], taken);
    }

    [Fact]
    public void A_factor_waits_for_the_interval_and_for_its_condition_each_time()
    {
        ScheduleController controller = Of(["after 1 rises: downtime x2 up to 1s"], [], TimeSpan.FromSeconds(10));
        Assert.Null(controller.Due(Moment(0, 1)));
        Assert.NotNull(controller.Due(Moment(1, 2)));
        Assert.Null(controller.Due(Moment(2, 3)));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromMilliseconds(400), controller.Due(Moment(3, 3))?.Downtime);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(controller.Due(Moment(4, 3)));
    }

    [Fact]
    public void What_was_allowed_is_never_taken_back()
    {
        ScheduleController controller = Of(["then: downtime 5s", "then: downtime x2 up to 3s", "then: downtime 4s"], ["after 0s: downtime 2s"]);
        List<TimeSpan?> allowed = [];
        for (int pass = 1; pass <= 4; pass++)
        {
            allowed.Add(controller.Due(new(pass, TimeSpan.Zero, Given.GiB(1), s_size))?.Downtime);
        }

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)], allowed);
    }

    [Fact]
    public void A_deadline_comes_once_and_does_not_wait_for_the_interval()
    {
        ScheduleController controller = Of(["pass 2: downtime 1s", "then: abort"], ["after 5s: downtime 3s"], TimeSpan.FromSeconds(10));
        Assert.False(controller.Due(new(2, TimeSpan.FromSeconds(4), Given.GiB(1), s_size))?.Deadline);
        DueStep? deadline = controller.Due(new(3, TimeSpan.FromSeconds(5), Given.GiB(1), s_size));
        Assert.True(deadline?.Deadline);
        Assert.Equal(TimeSpan.FromSeconds(3), deadline?.Downtime);
        Assert.Null(controller.Due(new(4, TimeSpan.FromSeconds(6), Given.GiB(1), s_size)));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ConvergenceAction.Abort, controller.Due(new(5, TimeSpan.FromSeconds(16), Given.GiB(1), s_size))?.Step.Action);
    }

    [Fact]
    public void Of_deadlines_that_are_due_together_each_has_its_turn_before_the_schedule()
    {
        ScheduleController controller = Of(["then: abort"], ["after 2s: bandwidth 1Gbps", "after 1s: downtime 1s"]);
        List<string?> taken = [.. Enumerable.Range(0, 4).Select(_ => controller.Due(new(5, TimeSpan.FromSeconds(9), Given.GiB(1), s_size))?.Step.ToString())];
        Assert.Equal(["after 2 s: bandwidth 1 Gbps", "after 1 s: downtime 1 s", "then: abort", null], taken);
    }

    [Fact]
    public void A_deadline_does_not_disturb_the_order_of_the_schedule()
    {
        ScheduleController controller = Of(["pass 2: downtime 1s", "then: downtime 2s"], ["pass 3: bandwidth 1Gbps"]);
        List<string?> taken = [.. new[] { 2, 3, 3, 4 }.Select(pass => controller.Due(new(pass, TimeSpan.Zero, Given.GiB(1), s_size))?.Step.ToString())];
        Assert.Equal(["pass 2: downtime 1 s", "pass 3: bandwidth 1 Gbps", "then: downtime 2 s", null], taken);
    }

    // However large what is multiplied, a migration that runs must not lose its controller.
    [Theory]
    [InlineData("after 100000h/GiB: abort", false)]
    [InlineData("after 200000000h/GiB of at least 2000000000GiB: abort", false)]
    [InlineData("stalled for 200000000h: abort", false)]
    [InlineData("then: downtime x79228162514264337593543950335 up to 2000s", true)]
    public void No_number_is_too_large_to_count_with(string step, bool due)
    {
        ScheduleController controller = Of([step], []);
        DueStep? found = controller.Due(new(2, TimeSpan.FromDays(10), Given.GiB(1), new(long.MaxValue)));
        Assert.Equal(due, found is not null);
        Assert.True(found is null || found.Downtime == TimeSpan.FromSeconds(2000));
    }

    private static int? FirstDue(ScheduleController controller, string left)
    {
        int[] each = [.. left.Split(' ').Select(int.Parse)];
        int found = Array.FindIndex([.. each.Select((gib, second) => controller.Due(Moment(second, gib)) is not null)], due => due);
        return found < 0 ? null : found;
    }

    private static ScheduleMoment Moment(int second, int leftGiB) => new(3, TimeSpan.FromSeconds(second), Given.GiB(leftGiB), s_size);

    private ScheduleController Of(string[] schedule, string[] deadlines, TimeSpan interval = default) => new(
        [.. schedule.Select(ConvergenceStep.Parse)], [.. deadlines.Select(ConvergenceStep.Parse)], interval, TimeSpan.FromMilliseconds(100), _clock);
}
