using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class TyingDeviceCheckTests
{
    private readonly TyingDeviceCheck _check = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("filesystem", "Blocker SharedFolder")]
    [InlineData("shmem", "Blocker SharedMemory")]
    [InlineData("nvdimm", "Warning NvdimmUnknown")]
    [InlineData("vsock", "Warning DeviceUnknown")]
    [InlineData("filesystem filesystem shmem", "Blocker SharedFolder; Blocker SharedMemory")]
    public void Each_kind_is_told_once(string kinds, string found) => Assert.Equal(found, _check.Finds(
        GivenPlacement.Candidate().Vm(vm => vm with { TyingDevices = kinds.Split(' ', StringSplitOptions.RemoveEmptyEntries) })));
}
