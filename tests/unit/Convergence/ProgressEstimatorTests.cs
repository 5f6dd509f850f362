using VirtMigration.Convergence;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class ProgressEstimatorTests
{
    private readonly ProgressEstimator _estimator = new("db1", "h1", "h2", new ManualClock());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_percentage_never_runs_backwards_and_never_reaches_100_while_it_runs(int seed)
    {
        Random random = new(seed);
        int before = 0;
        for (int i = 0; i < 2000; i++)
        {
            long total = random.NextInt64(0, 1L << random.Next(1, 50));
            MigrationSample sample = _estimator.Sample(new()
            {
                MemoryTotal = new(total),
                MemoryRemaining = new(random.NextInt64(0, total + (total / 4) + 1)),
                DiskTotal = new(random.NextInt64(0, total + 1)),
                DiskRemaining = new(random.NextInt64(0, total + 1)),
                Iteration = i,
                MemoryRate = random.Next(3) == 0 ? null : Bandwidth.FromBitsPerSecond(random.NextInt64(1L << 40)),
                DirtyRate = random.Next(3) == 0 ? null : Bandwidth.FromBitsPerSecond(random.NextInt64(1L << 40)),
            });
            Assert.InRange(sample.Percent, before, 99);
            Assert.True(sample.Eta is null || sample.Eta >= TimeSpan.Zero);
            before = sample.Percent;
        }
    }

    [Theory]
    [InlineData(100, 100, 0)]
    [InlineData(100, 25, 75)]
    [InlineData(100, 1, 99)]
    [InlineData(100, 0, 99)]
    [InlineData(100, 140, 0)]
    public void What_was_sent_is_what_is_done(int total, int remaining, int percent) =>
        Assert.Equal(percent, _estimator.Sample(new() { MemoryTotal = new(total), MemoryRemaining = new(remaining) }).Percent);

    [Fact]
    public void Disks_count_as_well() => Assert.Equal(
        50, _estimator.Sample(new() { MemoryTotal = new(50), MemoryRemaining = new(0), DiskTotal = new(50), DiskRemaining = new(50) }).Percent);

    [Fact]
    public void Only_the_end_is_100_and_only_for_a_VM_that_moved()
    {
        _estimator.Sample(new() { MemoryTotal = new(100), MemoryRemaining = new(40) });
        Assert.Equal(60, _estimator.End(null, moved: false).Percent);
        Assert.Equal(100, _estimator.End(null, moved: true).Percent);
        Assert.Equal(MigrationPhase.Ended, _estimator.End(null, moved: true).Phase);
        Assert.Null(_estimator.End(null, moved: true).Eta);
    }

    [Fact]
    public void What_nobody_told_at_the_end_is_as_it_was_seen_last()
    {
        _estimator.Sample(new()
        {
            MemoryTotal = new(100),
            MemoryRemaining = new(40),
            MemoryProcessed = new(260),
            MemoryRate = Bandwidth.FromBitsPerSecond(800),
            Iteration = 7,
            Elapsed = TimeSpan.FromSeconds(9),
            Throttle = 30,
            Downtime = TimeSpan.FromMilliseconds(500),
        });
        MigrationSample stayed = _estimator.End(null, moved: false);
        Assert.Equal((7, 40, 100, 260, 30), (stayed.Pass, stayed.Remaining.Bytes, stayed.Total.Bytes, stayed.Sent.Bytes, stayed.Throttle));
        Assert.Equal((TimeSpan.FromSeconds(9), MigrationPhase.Ended), (stayed.Elapsed, stayed.Phase));
        Assert.Equal((null, null, null), (stayed.Rate, stayed.ExpectedDowntime, stayed.Outlook));
        Assert.Equal((7, 0, 260), Figures(_estimator.End(null, moved: true)));
        Assert.Equal((8, 0, 300), Figures(_estimator.End(new() { Iteration = 8, MemoryProcessed = new(300), MemoryRemaining = new(1) }, moved: true)));

        static (int, long, long) Figures(MigrationSample sample) => (sample.Pass, sample.Remaining.Bytes, sample.Sent.Bytes);
    }

    [Theory]
    [InlineData(800, 0, 10)]
    [InlineData(800, 400, 20)]
    [InlineData(800, null, 10)]
    [InlineData(800, 800, null)]
    [InlineData(800, 900, null)]
    [InlineData(0, 0, null)]
    [InlineData(null, 100, null)]
    public void What_is_written_meanwhile_has_to_be_sent_as_well(int? rate, int? dirty, int? seconds)
    {
        MigrationSample sample = _estimator.Sample(Running(1000) with
        {
            MemoryRate = rate is int r ? Bandwidth.FromBitsPerSecond(r) : null,
            DirtyRate = dirty is int d ? Bandwidth.FromBitsPerSecond(d) : null,
        });
        Assert.Equal(seconds is int s ? TimeSpan.FromSeconds(s) : null, sample.Eta);
    }

    [Fact]
    public void A_time_left_beyond_a_day_is_no_estimate() => Assert.Null(
        _estimator.Sample(Running(long.MaxValue / 16) with { MemoryRate = Bandwidth.FromBitsPerSecond(1) }).Eta);

    [Fact]
    public void In_post_copy_nothing_is_sent_twice()
    {
        _estimator.EnterPostCopy();
        MigrationSample sample = _estimator.Sample(Running(1000) with
        {
            MemoryRate = Bandwidth.FromBitsPerSecond(800),
            DirtyRate = Bandwidth.FromBitsPerSecond(900),
            Downtime = TimeSpan.FromSeconds(1),
        });
        Assert.Equal(MigrationPhase.PostCopy, sample.Phase);
        Assert.Equal(TimeSpan.FromSeconds(10), sample.Eta);
        Assert.Null(sample.ExpectedDowntime);
    }

    [Fact]
    public void Post_copy_known_only_by_its_requests_is_post_copy_for_the_time_left_too()
    {
        MigrationSample sample = _estimator.Sample(Running(1000) with
        {
            MemoryRate = Bandwidth.FromBitsPerSecond(800),
            DirtyRate = Bandwidth.FromBitsPerSecond(900),
            PostCopyRequests = 1,
        });
        Assert.Equal(MigrationPhase.PostCopy, sample.Phase);
        Assert.Equal(TimeSpan.FromSeconds(10), sample.Eta);
    }

    [Fact]
    public void Before_memory_is_sent_it_is_being_prepared()
    {
        Assert.Equal(MigrationPhase.Preparing, _estimator.Sample(new()).Phase);
        Assert.Equal(0, _estimator.Sample(new()).Percent);
        Assert.Equal(MigrationPhase.PreCopy, _estimator.Sample(Running(10)).Phase);
    }

    [Fact]
    public void What_nobody_told_is_not_zero()
    {
        MigrationSample sample = _estimator.Sample(Running(10));
        Assert.Null(sample.Rate);
        Assert.Null(sample.DirtyRate);
        Assert.Null(sample.Throttle);
        Assert.Null(sample.ExpectedDowntime);
        Assert.Null(sample.Eta);
    }

    private static MigrationCounters Running(long remaining) => new() { MemoryTotal = new(remaining), MemoryRemaining = new(remaining) };
}
