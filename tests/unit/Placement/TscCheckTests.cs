using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class TscCheckTests
{
    // 250 ppm of 2.4 GHz are 600,000 Hz.
    private const long Frequency = 2_400_000_000;

    private readonly TscCheck _check = new();

    [Theory]
    [InlineData(2_400_000_000, "")]
    [InlineData(2_400_600_000, "")]
    [InlineData(2_399_400_000, "")]
    [InlineData(2_400_600_001, "Blocker TscFrequencyDiffers")]
    [InlineData(2_399_399_999, "Blocker TscFrequencyDiffers")]
    public void A_stated_frequency_may_differ_by_250_ppm(long destination, string found) =>
        Assert.Equal(found, _check.Finds(To(Stated(Frequency), destination, scaling: false)));

    [Theory]
    [InlineData(3_999, "")]
    [InlineData(4_000, "")]
    [InlineData(4_001, "")]
    [InlineData(4_002, "Blocker TscFrequencyDiffers")]
    public void The_tolerance_is_rounded_down(long destination, string found) =>
        Assert.Equal(found, _check.Finds(To(Stated(4_000), destination, scaling: false)));

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "Blocker TscFrequencyDiffers")]
    [InlineData(null, "Warning TscUnknown")]
    public void Scaling_makes_any_frequency_do(bool? scaling, string found) =>
        Assert.Equal(found, _check.Finds(To(Stated(Frequency), 3_000_000_000, scaling)));

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "Warning TscUnknown")]
    [InlineData(null, "Warning TscUnknown")]
    public void A_host_that_does_not_tell_its_frequency_is_unknown_unless_it_scales(bool? scaling, string found) =>
        Assert.Equal(found, _check.Finds(To(Stated(Frequency), null, scaling)));

    [Theory]
    [InlineData(2_400_000_000, "Blocker TscFrequencyNotStated")]
    [InlineData(3_000_000_000, "Blocker TscFrequencyNotStated; Blocker TscFrequencyDiffers")]
    public void An_invariant_TSC_without_a_stated_frequency_does_not_migrate_and_is_compared_with_the_sources(long destination, string found) =>
        Assert.Equal(found, _check.Finds(To(Invariant(null).From(facts => facts with { Cpu = new() { TscFrequency = Frequency } }), destination, scaling: false)));

    [Fact]
    public void With_a_stated_frequency_it_does() => Assert.Empty(_check.Check(To(Invariant(Frequency), Frequency, scaling: false)));

    [Fact]
    public void A_VM_that_does_not_rely_on_it_goes_to_any_frequency() =>
        Assert.Empty(_check.Check(To(GivenPlacement.Candidate().From(facts => facts with { Cpu = new() { TscFrequency = Frequency } }), 3_000_000_000, scaling: false)));

    private static DestinationCandidate Stated(long frequency) =>
        GivenPlacement.Candidate().Vm(vm => vm with { Cpu = new() { TscFrequency = frequency } });

    private static DestinationCandidate Invariant(long? frequency) =>
        GivenPlacement.Candidate().Vm(vm => vm with { Cpu = new() { InvariantTsc = true, TscFrequency = frequency } });

    private static DestinationCandidate To(DestinationCandidate candidate, long? frequency, bool? scaling) =>
        candidate.To(facts => facts with { Cpu = new() { TscFrequency = frequency, TscScaling = scaling } });
}
