using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class SnapshotCheckTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "Blocker Snapshots")]
    public void A_VM_with_snapshots_stays(int snapshots, string found) =>
        Assert.Equal(found, new SnapshotCheck().Finds(GivenPlacement.Candidate().Vm(vm => vm with { Snapshots = snapshots })));
}
