using VirtMigration.Convergence;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class PostCopyFlowTests
{
    private readonly ProgressEstimator _estimator = new("db1", "h1", "h2", new ManualClock());

    [Fact]
    public void Post_copy_without_memory_for_ten_seconds_is_said_to_stand_and_has_no_end()
    {
        _estimator.EnterPostCopy();
        Assert.DoesNotContain("no memory", Look(0, 100), StringComparison.Ordinal);
        Assert.DoesNotContain("no memory", Look(1, 90), StringComparison.Ordinal);
        Assert.DoesNotContain("no memory", Look(10.9, 90), StringComparison.Ordinal);
        Assert.Equal("no memory has arrived for 10 s: link between h1 and h2?", Look(11, 90));
        Assert.Equal("no memory has arrived for 14 s: link between h1 and h2?", Look(15, 90));
        Assert.Null(_estimator.Sample(At(16, 90)).Eta);
        Assert.DoesNotContain("no memory", Look(17, 80), StringComparison.Ordinal);
    }

    [Fact]
    public void Pre_copy_never_stands_this_way()
    {
        _ = Look(0, 100);
        Assert.DoesNotContain("no memory", Look(30, 100), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_is_asked_for_is_a_sign_of_life()
    {
        _estimator.EnterPostCopy();
        _ = Look(0, 90);
        _ = _estimator.Sample(At(9, 90) with { PostCopyRequests = 6 });
        Assert.DoesNotContain("no memory", _estimator.Sample(At(18, 90) with { PostCopyRequests = 6 }).Outlook, StringComparison.Ordinal);
        Assert.Contains("for 10 s", _estimator.Sample(At(19, 90) with { PostCopyRequests = 6 }).Outlook, StringComparison.Ordinal);
    }

    private string Look(double seconds, long left) => _estimator.Sample(At(seconds, left)).Outlook!;

    private static MigrationCounters At(double seconds, long left) => new()
    {
        Elapsed = TimeSpan.FromSeconds(seconds),
        MemoryTotal = ByteSize.FromMebibytes(100),
        MemoryRemaining = ByteSize.FromMebibytes(left),
        MemoryProcessed = ByteSize.FromMebibytes(200 - left),
        MemoryRate = Bandwidth.Parse("10MiB/s"),
        Iteration = 2,
    };
}
