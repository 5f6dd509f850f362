using VirtMigration.Options;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class AssignedHostCheckTests
{
    private readonly AssignedHostCheck _check = new();

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("h1,h2", null, "")]
    [InlineData("H2", null, "")]
    [InlineData("h1,h3", null, "Blocker HostNotAssigned")]
    [InlineData(null, "h3", "")]
    [InlineData(null, "h2", "Blocker HostExcluded")]
    [InlineData(null, "h1,H2", "Blocker HostExcluded")]
    [InlineData("h1", "h2", "Blocker HostNotAssigned; Blocker HostExcluded")]
    [InlineData("h2", "h2", "Blocker HostExcluded")]
    public void A_VM_goes_only_where_it_was_assigned_and_never_where_it_is_kept_from(string? assigned, string? excluded, string found) =>
        Assert.Equal(found, _check.Finds(Candidate(assigned, excluded)));

    [Fact]
    public void The_way_out_can_be_typed()
    {
        Assert.Contains("Set-VmMigrationOption db1 -AssignedHosts h1, h3, h2.", Action(Candidate("h1,h3", null)), StringComparison.Ordinal);
        Assert.Contains("Set-VmMigrationOption db1 -ExcludedHosts h3.", Action(Candidate(null, "h2,h3")), StringComparison.Ordinal);
        Assert.Contains("Set-VmMigrationOption db1 -ExcludedHosts ClusterValue.", Action(Candidate(null, "h2")), StringComparison.Ordinal);
        Assert.Equal("h2: needs one of the VM's assigned hosts (h1,h3), is none of them", _check.Says(Candidate("h1,h3", null)));
    }

    private string Action(DestinationCandidate candidate) => Assert.Single(_check.Check(candidate)).Action;

    private static DestinationCandidate Candidate(string? assigned, string? excluded) => GivenPlacement.Candidate().Vm(vm => vm with
    {
        Options = new() { AssignedHosts = assigned is null ? null : HostNames.Parse(assigned), ExcludedHosts = excluded is null ? null : HostNames.Parse(excluded) },
    });
}
