using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class VCpuCountCheckTests
{
    private readonly VCpuCountCheck _check = new();

    [Theory]
    [InlineData(64, false, "")]
    [InlineData(65, false, "Warning VCpusExceedThreads")]
    [InlineData(64, true, "")]
    [InlineData(65, true, "Blocker VCpusExceedThreads")]
    public void More_vCPUs_than_threads_warn_and_block_where_they_are_pinned(int vCpus, bool pinned, string found) =>
        Assert.Equal(found, _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with { OnlineVCpus = vCpus, VCpuPins = pinned ? [new(0, [0])] : [] })));
}
