using VirtMigration.Evacuation;
using Xunit;

namespace VirtMigration.UnitTests.Evacuation;

public sealed class EvacuationTimetableTests
{
    [Fact]
    public void As_soon_as_one_ends_the_next_starts()
    {
        EvacuationTimetable timetable = EvacuationTimetable.Of([Move(5, 2), Move(2, 2), Move(2, 2), Move(1, 2)]);
        Assert.Equal([0, 0, 2, 4], timetable.Runs.Select(run => run.Start.TotalSeconds));
        Assert.Equal((5, 5), (timetable.Total.TotalSeconds, timetable.AtLeast.TotalSeconds));
    }

    [Fact]
    public void One_that_needs_both_hosts_waits_for_all_and_all_wait_for_it()
    {
        EvacuationTimetable timetable = EvacuationTimetable.Of([Move(3, 2), Move(4, 1), Move(1, 2), Move(1, 2)]);
        Assert.Equal([0, 3, 7, 7], timetable.Runs.Select(run => run.Start.TotalSeconds));
        Assert.Equal((8, 7), (timetable.Total.TotalSeconds, timetable.AtLeast.TotalSeconds));
    }

    [Fact]
    public void The_smaller_of_two_windows_counts_while_both_run() =>
        Assert.Equal([0, 0, 0, 4], EvacuationTimetable.Of([Move(2, 3), Move(4, 3), Move(4, 3), Move(2, 2)]).Runs.Select(run => run.Start.TotalSeconds));

    [Fact]
    public void The_last_to_end_counts_and_no_order_is_quicker_than_the_shares_of_all()
    {
        Assert.Equal(5, EvacuationTimetable.Of([Move(5, 2), Move(1, 2)]).Total.TotalSeconds);
        Assert.Equal(4, EvacuationTimetable.Of([Move(2, 2), Move(2, 2), Move(2, 2), Move(2, 2)]).AtLeast.TotalSeconds);
    }

    [Fact]
    public void A_window_of_none_is_refused()
    {
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => EvacuationTimetable.Of([Move(1, 0)]));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => EvacuationTimetable.Of([Move(-1, 1)]));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (EvacuationTimetable.Of([]).Total, EvacuationTimetable.Of([]).AtLeast));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    [InlineData(2000)]
    public void A_whole_evacuation_takes_hardly_longer_than_any_order_could(int vms)
    {
        EvacuationPlan plan = EvacuationPlanner.Plan(GivenEvacuation.Any(1, vms, 10, 0.6, everything: false));
        Assert.Equal(vms, plan.Moves.Count);
        Assert.True(plan.Total <= plan.AtLeast * 1.05, $"{plan.Total} for at least {plan.AtLeast}");
    }

    [Fact]
    public void The_time_grows_with_the_number_of_VMs()
    {
        double[] each = [.. new[] { 100, 400, 1600 }.Select(vms => EvacuationPlanner.Plan(GivenEvacuation.Any(1, vms, 10, 0.6, everything: false)) is { } plan
            ? plan.Total!.Value.TotalSeconds / plan.Moves.Sum(move => move.Memory.Bytes >> 30) : 0)];
        Assert.InRange(each.Max() / each.Min(), 1, 1.1);
    }

    private static EvacuationMove Move(double seconds, int atOnce) => new(Guid.NewGuid(), "h2", TimeSpan.FromSeconds(seconds), atOnce);
}
