using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class MigrationLimitCheckTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(55, "")]
    [InlineData(56, "Warning IncomingPortsShort")]
    [InlineData(64, "Warning IncomingPortsShort")]
    public void The_last_eighth_of_the_ports_is_warned_of(int? incoming, string found) =>
        Assert.Equal(found, new MigrationLimitCheck().Finds(GivenPlacement.Candidate() with { Load = incoming is int count ? new() { Incoming = count } : null }));
}
