using VirtMigration.Evacuation;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class MaintenanceCheckTests
{
    private readonly MaintenanceCheck _check = new();

    [Theory]
    [InlineData(null, "")]
    [InlineData(HostMaintenanceState.Planned, "")]
    [InlineData(HostMaintenanceState.Evacuating, "Blocker HostInMaintenance")]
    [InlineData(HostMaintenanceState.InMaintenance, "Blocker HostInMaintenance")]
    [InlineData(HostMaintenanceState.BringingBack, "")]
    public void No_VM_comes_to_a_host_in_maintenance(HostMaintenanceState? state, string found) => Assert.Equal(found, _check.Finds(Candidate(state, null)));

    [Fact]
    public void It_says_since_when_by_whom_and_why()
    {
        Assert.Equal(
            "h2: needs a host that is not in maintenance, is in maintenance since 2026-11-21 10:02 UTC, by alice@ops1",
            _check.Says(Candidate(HostMaintenanceState.InMaintenance, null)));
        Assert.EndsWith("by alice@ops1 (new disks)", _check.Says(Candidate(HostMaintenanceState.Evacuating, " new disks. ")), StringComparison.Ordinal);
        Assert.Contains("Stop-VmHostMaintenance h2.", Assert.Single(_check.Check(Candidate(HostMaintenanceState.Evacuating, null))).Action, StringComparison.Ordinal);
    }

    private static DestinationCandidate Candidate(HostMaintenanceState? state, string? reason) => GivenPlacement.Candidate() with
    {
        Maintenance = state is HostMaintenanceState known
            ? new() { Host = "h2", State = known, Operator = "alice@ops1", Since = new(2026, 11, 21, 11, 2, 0, TimeSpan.FromHours(1)), Reason = reason }
            : null,
    };
}
