using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class BlockJobCheckTests
{
    [Fact]
    public void A_VM_without_block_jobs_goes() => Assert.Empty(new BlockJobCheck().Check(GivenPlacement.Candidate()));

    [Fact]
    public void A_VM_with_block_jobs_stays_and_the_disks_are_named()
    {
        DestinationCandidate candidate = GivenPlacement.Candidate().Vm(vm => vm with { BlockJobs = ["vda", "vdb"] });
        Assert.Equal("Blocker BlockJob", new BlockJobCheck().Finds(candidate));
        Assert.Contains("no block job, and vda, vdb have one", new BlockJobCheck().Says(candidate), StringComparison.Ordinal);
        Assert.Contains("virsh blockjob db1 vda", Assert.Single(new BlockJobCheck().Check(candidate)).Action, StringComparison.Ordinal);
    }
}
