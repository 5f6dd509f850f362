using VirtMigration.Convergence;
using VirtMigration.Execution;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class SampleLogTests : IProgress<MigrationSample>
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SampleLog _log;
    private int _seen;

    public SampleLogTests() => _log = new(this);

    [Fact]
    public void Whoever_looks_sees_every_sample()
    {
        ReportAll(1, 20, pass: 1, milliseconds: 100);
        Assert.Equal(20, _seen);
    }

    [Fact]
    public void The_first_of_each_phase_is_kept()
    {
        _log.Report(Sample(1, 0, MigrationPhase.Preparing));
        _log.Report(Sample(1, 10, MigrationPhase.PreCopy));
        _log.Report(Sample(1, 20, MigrationPhase.PostCopy));
        _log.Report(Sample(1, 30, MigrationPhase.Ended));
        Assert.Equal([MigrationPhase.Preparing, MigrationPhase.PreCopy, MigrationPhase.PostCopy, MigrationPhase.Ended], _log.Samples().Select(sample => sample.Phase));
    }

    [Fact]
    public void The_last_one_before_the_end_is_kept_though_it_is_of_the_same_second()
    {
        _log.Report(Sample(1, 0));
        _log.Report(Sample(1, 250));
        _log.Report(Sample(1, 500));
        _log.Report(Sample(0, 600, MigrationPhase.Ended));
        Assert.Equal([0, 500, 600], Milliseconds());
    }

    [Fact]
    public void A_clock_that_was_set_back_does_not_end_the_keeping()
    {
        _log.Report(Sample(1, 0));
        _log.Report(Sample(1, -3_600_000));
        _log.Report(Sample(1, -3_599_000));
        _log.Report(Sample(1, 0));
        Assert.Equal(4, _log.Samples().Length);
    }

    [Fact]
    public void Ten_minutes_are_kept_without_a_gap()
    {
        ReportAll(1, SampleLog.Most, pass: 1, milliseconds: 1000);
        Assert.Equal(Enumerable.Range(1, SampleLog.Most).Select(second => second * 1000), Milliseconds());
    }

    [Theory]
    [InlineData(601, 2)]
    [InlineData(1200, 2)]
    [InlineData(1201, 4)]
    [InlineData(100_000, 256)]
    public void Of_a_longer_run_samples_that_lie_evenly_over_it_are_kept(int count, int stride)
    {
        for (int pass = 1; pass <= count; pass++)
        {
            _log.Report(Sample(pass, pass));
        }

        _log.Report(Sample(0, count + 1, MigrationPhase.Ended));
        List<int> passes = [.. _log.Samples().SkipLast(1).Select(sample => sample.Pass)];
        Assert.InRange(passes.Count, SampleLog.Most / 2, SampleLog.Most + 1);
        Assert.Equal((1, count), (passes[0], passes[^1]));
        Assert.All(passes.Zip(passes.Skip(1)).SkipLast(1), pair => Assert.Equal(stride, pair.Second - pair.First));
        Assert.Equal(MigrationPhase.Ended, _log.Samples()[^1].Phase);
    }

    [Fact]
    public void A_run_that_ended_before_its_first_sample_has_its_end()
    {
        _log.Report(Sample(0, 0, MigrationPhase.Ended));
        Assert.Single(_log.Samples());
    }

    void IProgress<MigrationSample>.Report(MigrationSample value) => _seen++;

    private IEnumerable<int> Milliseconds() => _log.Samples().Select(sample => (int)(sample.Time - s_start).TotalMilliseconds);

    private void ReportAll(int from, int count, int pass, int milliseconds)
    {
        foreach (int number in Enumerable.Range(from, count))
        {
            _log.Report(Sample(pass, number * milliseconds));
        }
    }

    private static MigrationSample Sample(int pass, int milliseconds, MigrationPhase phase = MigrationPhase.PreCopy) => new()
    {
        VM = "db1",
        Source = "h1",
        Destination = "h2",
        Time = s_start.AddMilliseconds(milliseconds),
        Phase = phase,
        Pass = pass,
        Percent = 50,
        Remaining = Given.GiB(1),
        Total = Given.GiB(4),
        Sent = Given.GiB(2),
        Elapsed = TimeSpan.FromMilliseconds(Math.Max(0, milliseconds)),
    };
}
