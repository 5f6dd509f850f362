using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class CpuCheckTests
{
    private readonly CpuCheck _check = new();

    [Theory]
    [InlineData(CpuMode.Custom)]
    [InlineData(CpuMode.HostModel)]
    [InlineData(CpuMode.Default)]
    [InlineData(CpuMode.HostPassthrough)]
    [InlineData(CpuMode.Maximum)]
    public void A_CPU_that_the_hypervisor_refuses_blocks_with_its_reason(CpuMode mode)
    {
        DestinationCandidate candidate = Of(mode) with { Cpu = new(false, "lacks avx512f") };
        Assert.Equal("Blocker CpuIncompatible", _check.Finds(candidate));
        Assert.Contains("lacks avx512f", _check.Says(candidate), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CpuMode.Custom)]
    [InlineData(CpuMode.HostModel)]
    [InlineData(CpuMode.HostPassthrough)]
    public void A_CPU_that_the_hypervisor_accepts_is_fine(CpuMode mode) =>
        Assert.Empty(_check.Check(Of(mode) with { Cpu = new(true, null) }));

    [Theory]
    [InlineData(CpuMode.Custom)]
    [InlineData(CpuMode.HostModel)]
    [InlineData(CpuMode.HostPassthrough)]
    public void Where_the_hypervisor_cannot_tell_it_is_unknown(CpuMode mode) =>
        Assert.Equal("Warning CpuUnknown", _check.Finds(Of(mode) with { Cpu = new(null, "no such function") }));

    [Theory]
    [InlineData(CpuMode.Custom, "Warning CpuUnknown")]
    [InlineData(CpuMode.HostModel, "Warning CpuUnknown")]
    [InlineData(CpuMode.HostPassthrough, "Warning CpuUnknown")]
    [InlineData(CpuMode.Default, "")]
    public void Where_nobody_was_asked_only_the_default_model_is_fine(CpuMode mode, string found) =>
        Assert.Equal(found, _check.Finds(Of(mode)));

    [Theory]
    [InlineData("Intel", "Intel", "")]
    [InlineData("Intel", "AMD", "Blocker CpuVendorDiffers")]
    [InlineData(null, "AMD", "")]
    [InlineData("Intel", null, "")]
    public void The_hosts_own_CPU_goes_to_no_other_vendor_whatever_the_hypervisor_says(string? source, string? destination, string found) =>
        Assert.Equal(found, _check.Finds((Of(CpuMode.HostPassthrough) with { Cpu = new(true, null) })
            .From(facts => facts with { Cpu = new() { Vendor = source } })
            .To(facts => facts with { Cpu = new() { Vendor = destination } })));

    [Theory]
    [InlineData(CpuMode.HostPassthrough, "avx2 vmx", "vmx avx2 extra", "")]
    [InlineData(CpuMode.HostPassthrough, "avx2 vmx", "avx2 vmx", "")]
    [InlineData(CpuMode.HostPassthrough, "avx2 vmx", "avx2", "Blocker CpuFeaturesMissing")]
    [InlineData(CpuMode.Maximum, "avx2 vmx", "avx2", "Blocker CpuFeaturesMissing")]
    [InlineData(CpuMode.Custom, "avx2 vmx", "avx2", "")]
    public void The_hosts_own_CPU_needs_every_feature_of_the_source(CpuMode mode, string source, string destination, string found)
    {
        DestinationCandidate candidate = Of(mode)
            .From(facts => facts with { Cpu = Host("Icelake-Server", source) })
            .To(facts => facts with { Cpu = Host("Icelake-Server", destination) });
        Assert.Equal(found, _check.Finds(candidate with { Cpu = new(true, null) }));
        Assert.Equal(mode == CpuMode.Custom ? "Warning CpuUnknown" : found, _check.Finds(candidate));
    }

    [Fact]
    public void Missing_features_are_listed_by_name() => Assert.Contains("lacks amx, vmx", _check.Says(Of(CpuMode.HostPassthrough)
        .From(facts => facts with { Cpu = Host("Icelake-Server", "vmx avx2 amx") })
        .To(facts => facts with { Cpu = Host("Icelake-Server", "avx2") })), StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    public void Features_beside_different_models_cannot_be_compared(bool? fits) =>
        Assert.Equal("Warning CpuUnknown", _check.Finds((Of(CpuMode.HostPassthrough) with { Cpu = fits is null ? null : new(fits, null) })
            .From(facts => facts with { Cpu = Host("Skylake-Server", "avx2 vmx") })
            .To(facts => facts with { Cpu = Host("Icelake-Server", "avx2 vmx") })));

    private static DestinationCandidate Of(CpuMode mode) => GivenPlacement.Candidate().Vm(vm => vm with { Cpu = new() { Mode = mode } });

    private static HostCpu Host(string model, string features) => new() { Model = model, Features = features.Split(' ').ToHashSet() };
}
