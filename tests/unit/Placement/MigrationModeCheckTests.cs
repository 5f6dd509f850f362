using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class MigrationModeCheckTests
{
    private readonly MigrationModeCheck _check = new();

    [Theory]
    [InlineData(null, false, "")]
    [InlineData(null, true, "Info ManualOnly")]
    [InlineData(MigrationMode.ManualAndAutomatic, true, "")]
    [InlineData(MigrationMode.ManualOnly, false, "Info ManualOnly")]
    [InlineData(MigrationMode.NotMigratable, false, "Blocker VmNotMigratable")]
    [InlineData(MigrationMode.NotMigratable, true, "Blocker VmNotMigratable")]
    public void A_VM_that_nobody_may_migrate_goes_nowhere_and_one_for_people_alone_is_said(MigrationMode? mode, bool pinned, string found) =>
        Assert.Equal(found, _check.Finds(Candidate(mode, pinned)));

    [Fact]
    public void What_decided_it_is_said_and_the_way_out()
    {
        Assert.Contains("ManualOnly: the default, for vCPU 0 is pinned", _check.Says(Candidate(null, pinned: true)), StringComparison.Ordinal);
        Assert.Contains("ManualOnly: it states so", _check.Says(Candidate(MigrationMode.ManualOnly, pinned: true)), StringComparison.Ordinal);
        Assert.Contains("Set-VmMigrationOption db1 -MigrationMode ManualOnly", Assert.Single(_check.Check(Candidate(MigrationMode.NotMigratable, false))).Action, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cluster_says_whether_a_passed_through_CPU_counts()
    {
        DestinationCandidate candidate = GivenPlacement.Candidate().Vm(vm => vm with { Cpu = new() { Mode = CpuMode.HostPassthrough } });
        Assert.Equal("Info ManualOnly", _check.Finds(candidate));
        Assert.Equal(string.Empty, _check.Finds(candidate with { Cluster = new() { Cluster = "c1", PassthroughCountsAsPinned = false } }));
    }

    // The planner refuses it too: that is the same cause, and is said once.
    [Fact]
    public void It_is_one_blocker_beside_the_planners_refusal()
    {
        DestinationCandidate candidate = Candidate(MigrationMode.NotMigratable, false) with { PlanError = new("VmNotMigratable", "no.", "Allow it.") };
        Assert.Single(DestinationSelector.Findings(candidate), finding => finding.Id == "VmNotMigratable");
    }

    private static DestinationCandidate Candidate(MigrationMode? mode, bool pinned) => GivenPlacement.Candidate().Vm(vm => vm with
    {
        Options = new() { MigrationMode = mode },
        VCpuPins = pinned ? [new(0, [1])] : [],
    });
}
