using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class TyingDeviceCheckTests
{
    private readonly TyingDeviceCheck _check = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("filesystem", "Blocker SharedFolder")]
    [InlineData("virtiofs", "Blocker SharedFolder")]
    [InlineData("shmem", "Blocker SharedMemory")]
    [InlineData("nvdimm", "Warning NvdimmUnknown")]
    [InlineData("vsock", "Warning DeviceUnknown")]
    [InlineData("filesystem filesystem shmem", "Blocker SharedFolder; Blocker SharedMemory")]
    public void Each_kind_is_told_once(string kinds, string found) => Assert.Equal(found, _check.Finds(
        GivenPlacement.Candidate().Vm(vm => vm with { TyingDevices = kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries) }).To(facts => facts with { LibvirtVersion = new(11, 2) })));

    [Theory]
    [InlineData("11.3", "8.2", "Warning SharedFolderUnknown")]
    [InlineData("11.2", "8.2", "Blocker SharedFolder")]
    [InlineData("11.3", "8.1", "Blocker SharedFolder")]
    public void A_virtiofs_folder_may_move_between_hosts_that_know_how(string libvirt, string qemu, string found)
    {
        static Func<VirtMigration.Inventory.HostFacts, VirtMigration.Inventory.HostFacts> Of(string libvirt, string qemu) =>
            facts => facts with { LibvirtVersion = Version.Parse(libvirt), HypervisorVersion = Version.Parse(qemu) };
        DestinationCandidate virtiofs = GivenPlacement.Candidate().Vm(vm => vm with { TyingDevices = ["virtiofs"] });
        Assert.Equal(found, _check.Finds(virtiofs.From(Of(libvirt, qemu))));
        Assert.Equal(found, _check.Finds(virtiofs.To(Of(libvirt, qemu))));
    }
}
