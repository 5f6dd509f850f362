using VirtMigration.Native.Xml;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class IntentXmlTests
{
    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        MigrationIntent intent = new(
            "alice@ops1 <\"&'>",
            "ops1",
            4711,
            "VeryLarge",
            "h2",
            new DateTimeOffset(2026, 11, 21, 7, 30, 1, 123, TimeSpan.FromHours(1)),
            TimeSpan.FromMilliseconds(300));
        Assert.Equal(intent, IntentXml.Read(IntentXml.Write(intent)));
    }

    [Fact]
    public void The_downtime_limit_from_before_is_in_milliseconds_and_left_out_where_it_is_not_known()
    {
        MigrationIntent intent = new("a", "m", 1, "p", "d", DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(2000));
        Assert.Contains(" downtime=\"2000000\"", IntentXml.Write(intent), StringComparison.Ordinal);
        MigrationIntent unknown = intent with { DowntimeBefore = null };
        Assert.DoesNotContain("downtime", IntentXml.Write(unknown), StringComparison.Ordinal);
        Assert.Equal(unknown, IntentXml.Read(IntentXml.Write(unknown)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("downtime='soon'")]
    [InlineData("downtime='-1'")]
    [InlineData("downtime='99999999999999999999'")]
    public void A_record_without_a_downtime_limit_is_a_record(string downtime)
    {
        string text = $"<intent operator='a' machine='m' pid='1' policy='p' destination='d' started='2026-11-21T07:30:01Z' {downtime}/>";
        MigrationIntent? intent = IntentXml.Read(text);
        Assert.NotNull(intent);
        Assert.Null(intent.DowntimeBefore);
    }

    [Theory]
    [InlineData("<intent/>")]
    [InlineData("<intent operator='a' machine='m' pid='x' policy='p' destination='d' started='2026-11-21T07:30:01Z'/>")]
    [InlineData("<intent operator='a' machine='m' pid='1' policy='p' destination='d' started='yesterday'/>")]
    public void A_record_that_is_not_complete_is_none(string text) => Assert.Null(IntentXml.Read(text));

    [Fact]
    public void A_schedule_comes_back_as_it_was_written()
    {
        ConvergenceStep timeout = ConvergenceStep.Parse("after 90s: pause up to 30s");
        ScheduleIntent schedule = new()
        {
            InitialDowntime = TimeSpan.FromMilliseconds(120),
            StepInterval = TimeSpan.FromSeconds(10),
            Steps = [ConvergenceStep.Parse("pass 2 and after 75s/GiB of at least 2GiB: downtime x2 up to 2000s"), ConvergenceStep.Parse("then: bandwidth 100MiB/s")],
            Deadlines = [timeout, ConvergenceStep.Parse("stalled for 40s: finish")],
            Timeout = timeout,
            SpeedBefore = Bandwidth.Unlimited,
            SwitchoverToldByMonitor = true,
        };
        MigrationIntent intent = new("a", "m", 1, "p", "d", DateTimeOffset.UnixEpoch, null) { ProcessMark = "boot:12", Schedule = schedule };
        MigrationIntent? read = IntentXml.Read(IntentXml.Write(intent));
        Assert.NotNull(read?.Schedule);
        Assert.Equal("boot:12", read.ProcessMark);
        Assert.Equal(schedule.Steps, read.Schedule.Steps);
        Assert.Equal(schedule.Deadlines, read.Schedule.Deadlines);
        Assert.Equal(schedule with { Steps = read.Schedule.Steps, Deadlines = read.Schedule.Deadlines }, read.Schedule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<schedule/>")]
    [InlineData("<schedule downtime='100' interval='soon'><step>then: abort</step></schedule>")]
    [InlineData("<schedule downtime='100' interval='1000'><step>then: fly</step></schedule>")]
    public void A_record_without_a_whole_schedule_is_a_record(string schedule)
    {
        MigrationIntent? intent = IntentXml.Read($"<intent operator='a' machine='m' pid='1' policy='p' destination='d' started='2026-11-21T07:30:01Z'>{schedule}</intent>");
        Assert.NotNull(intent);
        Assert.Null(intent.Schedule);
    }
}
