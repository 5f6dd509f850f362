using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class EmulatorPinCheckTests
{
    private readonly EmulatorPinCheck _check = new();

    [Theory]
    [InlineData(null, "")]
    [InlineData(4, "")]
    [InlineData(5, "Warning EmulatorCpusFew")]
    public void More_connections_than_the_emulator_has_CPUs_are_warned_of(int? connections, string found) =>
        Assert.Equal(found, _check.Finds(Pinned([0, 1, 2, 3]).Planned(MigrationTechniques.Live, connections)));

    [Fact]
    public void Without_a_plan_there_are_no_connections_to_count() => Assert.Empty(_check.Check(Pinned([0])));

    [Theory]
    [InlineData(7, "")]
    [InlineData(8, "Warning EmulatorSharesVCpus")]
    public void The_emulator_wants_CPUs_apart_from_the_vCPUs(int cpu, string found)
    {
        DestinationCandidate candidate = Pinned([6, cpu]).Vm(vm => vm with { VCpuPins = [new(0, [8, 9]), new(1, [8, 9])] });
        Assert.Equal(found, _check.Finds(candidate));
        Assert.Equal(found.Length > 0, _check.Says(candidate).Contains("both on CPU 8", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Warning EmulatorNotPinned")]
    public void Pinned_vCPUs_without_a_pinned_emulator_are_warned_of(bool pinned, string found) =>
        Assert.Equal(found, _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with { VCpuPins = pinned ? [new(0, [0])] : [] })));

    private static DestinationCandidate Pinned(int[] cpus) => GivenPlacement.Candidate().Vm(vm => vm with { EmulatorPin = cpus });
}
