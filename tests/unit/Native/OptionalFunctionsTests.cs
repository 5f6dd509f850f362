using VirtMigration.Native.Interop;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class OptionalFunctionsTests
{
    [LibvirtFact]
    public void A_function_that_is_missing_names_the_version_that_has_it_and_the_one_here()
    {
        HypervisorException error = Assert.Throws<HypervisorException>(
            () => OptionalFunctions.Require("virDomainMigrateByMagic", new Version(99, 1, 0)));
        Assert.Equal(HypervisorFault.NotSupported, error.Fault);
        Assert.Matches(@"^virDomainMigrateByMagic needs libvirt 99\.1\.0, this machine has \d+\.\d+\.\d+\.$", error.Message);
        Assert.Contains("99.1.0", error.RecommendedAction, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public void A_function_that_is_there_passes() => OptionalFunctions.Require("virConnectOpen", new Version(0, 0, 3));

    [Fact]
    public void A_missing_library_names_the_packages()
    {
        string[] sonames = ["libnothing.so.0"];
        Assert.False(LibvirtLibrary.TryLoad(sonames, out _));
        HypervisorException error = LibvirtLibrary.Missing(sonames);
        Assert.Equal(HypervisorFault.LibraryMissing, error.Fault);
        Assert.StartsWith("libvirt is not installed on this machine", error.Message, StringComparison.Ordinal);
        Assert.Contains("libvirt0", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("libvirt-libs", error.RecommendedAction, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public void The_QEMU_part_is_a_library_of_its_own() => Assert.NotEqual(LibvirtLibrary.Handle, LibvirtQemuLibrary.Handle);

    [Fact]
    public void A_missing_QEMU_part_names_the_packages()
    {
        HypervisorException error = LibvirtQemuLibrary.Missing(["libnothing-qemu.so.0"]);
        Assert.Equal(HypervisorFault.LibraryMissing, error.Fault);
        Assert.Contains("libnothing-qemu.so.0", error.Message, StringComparison.Ordinal);
        Assert.Contains("libvirt0", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("libvirt-libs", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_is_one_number() => Assert.Equal(new Version(11, 3, 7), LibvirtVersion.FromNumber(11_003_007));
}
