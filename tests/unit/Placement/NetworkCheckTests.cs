using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class NetworkCheckTests
{
    private readonly NetworkCheck _check = new();

    [Theory]
    [InlineData("network", "lan", "")]
    [InlineData("network", "dmz", "Blocker NetworkMissing")]
    [InlineData("network", "br0", "Blocker NetworkMissing")]
    [InlineData("bridge", "br0", "")]
    [InlineData("bridge", "br1", "Blocker NetworkDeviceMissing")]
    [InlineData("direct", "eno1", "")]
    [InlineData("direct", "lan", "Blocker NetworkDeviceMissing")]
    [InlineData("vhostuser", "/run/vhost1", "Warning NetworkDeviceUnknown")]
    [InlineData("vdpa", "/dev/vhost-vdpa-0", "Warning NetworkDeviceUnknown")]
    [InlineData("user", "anything", "")]
    [InlineData("bridge", null, "")]
    public void What_the_VM_is_joined_to_must_be_there_under_its_name(string type, string? source, string found) => Assert.Equal(found, _check.Finds(
        Joined([new(type, source, null, false)]) with
        {
            Surroundings = new() { Networks = new HashSet<string> { "lan" }, Devices = new HashSet<string> { "br0", "eno1" } },
        }));

    [Theory]
    [InlineData("network", "Warning NetworkUnknown")]
    [InlineData("bridge", "Warning NetworkDeviceUnknown")]
    [InlineData("direct", "Warning NetworkDeviceUnknown")]
    public void A_host_that_does_not_tell_is_unknown(string type, string found) => Assert.Equal(found, _check.Finds(Joined([new(type, "lan", null, false)])));

    [Fact]
    public void Each_name_of_a_kind_is_told_once() => Assert.Equal("Warning NetworkUnknown; Warning NetworkDeviceUnknown", _check.Finds(
        Joined([new("network", "lan", "a", false), new("bridge", "lan", "b", false), new("network", "lan", "c", false)])));

    private static DestinationCandidate Joined(VmNetwork[] networks) => GivenPlacement.Candidate().Vm(vm => vm with { Networks = networks });
}
