using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class HostDeviceCheckTests
{
    private readonly HostDeviceCheck _check = new();

    [Theory]
    [InlineData("pci", null)]
    [InlineData("usb", null)]
    [InlineData("scsi", null)]
    [InlineData("scsi_host", null)]
    [InlineData("mdev", "vfio-ccw")]
    [InlineData("mdev", null)]
    public void A_device_of_the_host_keeps_the_VM_there(string type, string? model)
    {
        DestinationCandidate candidate = GivenPlacement.Candidate().Vm(vm => vm with { HostDevices = [new(type, "0000:01:00.0", model)] });
        Assert.Equal("Blocker HostDevice", _check.Finds(candidate));
        Assert.Contains("0000:01:00.0 of h1", _check.Says(candidate), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.1.0", "8.1.0", "Warning MediatedDeviceUnknown")]
    [InlineData("8.0.9", "8.1.0", "Blocker HostDevice")]
    [InlineData("8.1.0", "8.0.9", "Blocker HostDevice")]
    public void A_mediated_device_may_move_between_newer_QEMUs(string source, string destination, string found) => Assert.Equal(found, _check.Finds(
        GivenPlacement.Candidate().Vm(vm => vm with { HostDevices = [new("mdev", "c2177883", "vfio-pci")] })
            .From(facts => facts with { HypervisorVersion = Version.Parse(source) })
            .To(facts => facts with { HypervisorVersion = Version.Parse(destination) })));

    [Theory]
    [InlineData("hostdev", false, "Blocker HostNetworkDevice")]
    [InlineData("hostdev", true, "Warning HostNetworkFailover")]
    [InlineData("bridge", false, "")]
    public void A_network_device_of_the_host_can_be_taken_away_if_the_guest_has_another(string type, bool failover, string found) =>
        Assert.Equal(found, _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with { Networks = [new(type, "eno1", null, failover)] })));

    [Fact]
    public void Every_device_is_told() => Assert.Equal("Blocker HostDevice; Blocker HostDevice; Blocker HostNetworkDevice", _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with
    {
        HostDevices = [new("pci", "a", null), new("usb", "b", null)],
        Networks = [new("hostdev", null, "52:54:00:00:00:01", false)],
    })));

    [Fact]
    public void A_VM_without_goes_anywhere() => Assert.Empty(_check.Check(GivenPlacement.Candidate()));
}
