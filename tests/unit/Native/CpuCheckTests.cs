using VirtMigration.Inventory;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>What a host's answer on a CPU means; the texts are libvirt's, 9.0 and 11.3.</summary>
public sealed class CpuCheckTests
{
    [Theory]
    [InlineData(0, CpuMode.Custom, false)]
    [InlineData(1, CpuMode.Custom, true)]
    [InlineData(2, CpuMode.Custom, true)]
    [InlineData(2, CpuMode.HostModel, true)]
    [InlineData(2, CpuMode.HostPassthrough, null)]
    [InlineData(1, CpuMode.Maximum, null)]
    [InlineData(0, CpuMode.HostPassthrough, false)]
    public void A_result(int result, CpuMode mode, bool? fits)
    {
        CpuComparison answer = CpuCheck.Answer(result, mode);
        Assert.Equal(fits, answer.Fits);
        Assert.Equal(fits == true, answer.Reason is null);
    }

    [Theory]
    [InlineData(91, "the CPU is incompatible with host CPU: Host CPU does not provide required features: pcommit", false)]
    [InlineData(8, "invalid argument: the machine 'pc-q35-99.0' is not supported by emulator '/usr/bin/qemu-system-x86_64'", false)]
    [InlineData(1, "internal error: Unknown CPU model Zork", null)]
    [InlineData(3, "this function is not supported by the connection driver: virConnectCompareHypervisorCPU", null)]
    [InlineData(29, "operation forbidden: read only access prevents virConnectCompareHypervisorCPU", null)]
    [InlineData(67, "unsupported configuration: unable to find any emulator to serve 'aarch64' architecture", null)]
    [InlineData(84, "Operation not supported: comparing with the hypervisor CPU is not supported for arch aarch64", null)]
    public void An_error(int code, string message, bool? fits) =>
        Assert.Equal(new CpuComparison(fits, message), CpuCheck.Answer(new LibvirtError(ErrorDomain.Qemu, (ErrorCode)code, message)));

    [Fact]
    public void A_host_that_cannot_be_reached_gave_no_answer() =>
        Assert.Null(CpuCheck.Answer(new LibvirtError(ErrorDomain.Rpc, ErrorCode.InternalError, "client socket is closed")));
}
