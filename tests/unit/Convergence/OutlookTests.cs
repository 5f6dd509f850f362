using System.Globalization;
using VirtMigration.Convergence;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.UnitTests.Convergence;

public sealed class OutlookTests(ITestOutputHelper output)
{
    private const long MiB = 1 << 20;

    private readonly ProgressEstimator _estimator = new("db1", "h1", "h2", new ManualClock());

    // Pass, MiB left, MiB/s sent and written, and what is said of it.
    [Theory]
    [InlineData(1, 1170, 117, 0, "at least 10 s left at 117 MiB/s; dirty rate not known yet", 10)]
    [InlineData(2, 1170, 117, 180, "will not finish at this rate: dirty 180 MiB/s, link 117 MiB/s; next step: post-copy at pass 4", null)]
    [InlineData(2, 0, 117, 180, "about 1 s left at 117 MiB/s", 0)]
    [InlineData(2, 1000, 100, 0, "at least 10 s left at 100 MiB/s; dirty rate not known yet", 10)]
    [InlineData(2, 1000, 0, 0, "how fast memory is sent is not known yet", null)]
    public void What_it_rests_on_is_said(int pass, long left, long sent, long written, string outlook, int? seconds)
    {
        MigrationSample sample = _estimator.Sample(At(0, pass, left, sent, written), new(TimeSpan.FromMilliseconds(300), "post-copy at pass 4"));
        Assert.Equal(outlook, sample.Outlook);
        Assert.Equal(seconds is int some ? TimeSpan.FromSeconds(some) : null, sample.Eta);
        Assert.Equal("post-copy at pass 4", sample.NextStep);
        Assert.True(sample.Outlook!.Length <= 100);
    }

    // 1000 MiB at 100 MiB/s, half as fast written: 10 + 5 + 2.5 + ... until the rest fits into 300 ms.
    [Fact]
    public void Passes_that_shrink_are_counted_until_the_downtime_suffices()
    {
        MigrationSample sample = _estimator.Sample(At(0, 2, 1000, 100, 50), new(TimeSpan.FromMilliseconds(300), null));
        Assert.InRange(sample.Eta!.Value.TotalSeconds, 19.5, 20.1);
        Assert.Equal("about 20 s left at 100 MiB/s", sample.Outlook);
    }

    [Fact]
    public void A_downtime_above_the_allowed_one_is_said()
    {
        MigrationCounters counters = At(0, 3, 1000, 100, 50) with { Downtime = TimeSpan.FromMilliseconds(340) };
        Assert.EndsWith("; expected downtime 340 ms, allowed 300 ms", _estimator.Sample(counters, new(TimeSpan.FromMilliseconds(300), null)).Outlook, StringComparison.Ordinal);
        Assert.DoesNotContain("downtime", _estimator.Sample(counters, new(TimeSpan.FromMilliseconds(400), null)).Outlook, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stall_is_said_with_its_time_and_level()
    {
        Story story = Story.Recorded("wild");
        MigrationSample last = Samples(story)[^1];
        Assert.StartsWith("stalled for ", last.Outlook, StringComparison.Ordinal);
        Assert.Contains("next step: abort at pass 99", last.Outlook, StringComparison.Ordinal);
        Assert.Null(last.Eta);
    }

    // A busy working set is written faster than it can be counted: the hypervisor states less than the link carries, and yet it never ends.
    [Fact]
    public void A_working_set_that_is_written_again_in_each_pass_will_not_finish_whatever_the_stated_rate()
    {
        MigrationSample[] samples = [.. Samples(Story.Recorded("wild")).Where(sample => sample.Pass >= 5)];
        Assert.All(samples, sample => Assert.True(sample.DirtyRate < Bandwidth.Parse("45MiB/s")));
        Assert.All(samples, sample => Assert.Null(sample.Eta));
    }

    [Fact]
    public void A_drop_of_the_link_is_said_and_no_time_is_invented()
    {
        MigrationSample[] dropped = [.. Samples(Story.Recorded("drop")).Where(sample => sample.Elapsed.TotalSeconds is > 13 and < 20)];
        Assert.NotEmpty(dropped);
        Assert.All(dropped, sample => Assert.Contains("link has dropped", sample.Outlook, StringComparison.Ordinal));
        Assert.All(dropped, sample => Assert.Null(sample.Eta));
    }

    [Fact]
    public void Post_copy_needs_only_what_is_left()
    {
        _estimator.EnterPostCopy();
        MigrationSample sample = _estimator.Sample(At(0, 4, 1000, 100, 180), new(TimeSpan.FromMilliseconds(300), "abort at pass 5"));
        Assert.Equal("about 10 s left at 100 MiB/s", sample.Outlook);
        Assert.Null(sample.NextStep);
    }

    [Fact]
    public void When_it_ended_there_is_nothing_to_say() => Assert.Null(_estimator.End(null, moved: true).Outlook);

    [Fact]
    public void On_recorded_and_simulated_migrations_that_finish_the_time_left_is_near_and_the_percentage_never_falls()
    {
        List<double> all = [];
        foreach (Story story in Stories.All.Where(story => story.Finishes))
        {
            List<double> errors = [];
            int before = 0;
            foreach (MigrationSample sample in Samples(story))
            {
                Assert.InRange(sample.Percent, before, 99);
                before = sample.Percent;
                double left = (story.End - sample.Elapsed).TotalSeconds;
                if (sample.Eta is not TimeSpan eta)
                {
                    continue;
                }

                Assert.True(eta >= TimeSpan.Zero);
                if (sample.Pass > 1 && left > 1)
                {
                    errors.Add(Math.Abs(eta.TotalSeconds - left) / left);
                }
            }

            errors.Sort();
            all.AddRange(errors);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{story,-36} median error {(errors.Count == 0 ? double.NaN : errors[errors.Count / 2]),6:0.0%} of the time left, 90 %: {(errors.Count == 0 ? double.NaN : errors[errors.Count * 9 / 10]),6:0.0%}"));
        }

        all.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all: median {all[all.Count / 2]:0.0%}, 90 % {all[all.Count * 9 / 10]:0.0%} of {all.Count}"));
        Assert.True(all[all.Count / 2] < 0.5);
    }

    private static List<MigrationSample> Samples(Story story)
    {
        ProgressEstimator estimator = new("db1", "h1", "h2", new ManualClock());
        return [.. story.Readings.Where(one => one.MemoryTotal.Bytes > 0).Select(one => estimator.Sample(one, new(Story.Downtime, "abort at pass 99")))];
    }

    private static MigrationCounters At(double seconds, int pass, long left, long sent, long written) => new()
    {
        Elapsed = TimeSpan.FromSeconds(seconds),
        Iteration = pass,
        MemoryTotal = new(4096 * MiB),
        MemoryRemaining = new(left * MiB),
        MemoryRate = sent > 0 ? Bandwidth.FromMebibytesPerSecond(sent) : null,
        DirtyRate = written > 0 ? Bandwidth.FromMebibytesPerSecond(written) : null,
    };
}
