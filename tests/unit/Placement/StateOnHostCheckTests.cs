using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>What a VM keeps on its host beside disks.</summary>
public sealed class StateOnHostCheckTests
{
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Warning TpmUnknown")]
    public void A_TPM_needs_an_emulator_that_nobody_tells_of(bool tpm, string found) =>
        Assert.Equal(found, new TpmCheck().Finds(GivenPlacement.Candidate().Vm(vm => vm with { Tpm = tpm })));

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Warning NvramUnknown")]
    public void Firmware_with_variables_needs_files_that_nobody_tells_of(bool nvram, string found) =>
        Assert.Equal(found, new NvramCheck().Finds(GivenPlacement.Candidate().Vm(vm => vm with { Nvram = nvram })));
}
