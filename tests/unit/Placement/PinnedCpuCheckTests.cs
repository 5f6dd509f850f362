using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class PinnedCpuCheckTests
{
    private readonly PinnedCpuCheck _check = new();

    [Theory]
    [InlineData(3, "")]
    [InlineData(4, "Blocker PinnedCpusMissing")]
    [InlineData(500, "Blocker PinnedCpusMissing")]
    public void Every_CPU_of_every_kind_of_pin_must_be_online(int cpu, string found)
    {
        Assert.Equal(found, _check.Finds(To([0, 1, 2, 3], Vm(vm => vm with { VCpuPins = [new(0, [0]), new(1, [1, cpu])] }))));
        Assert.Equal(found, _check.Finds(To([0, 1, 2, 3], Vm(vm => vm with { EmulatorPin = [0, cpu] }))));
        Assert.Equal(found, _check.Finds(To([0, 1, 2, 3], Vm(vm => vm with { IoThreadPins = [new(1, [cpu])] }))));
    }

    [Fact]
    public void Ids_may_have_gaps_and_the_missing_ones_are_listed() => Assert.Equal(
        "h2: needs CPUs 0-3,8,200, which it is pinned to, has no CPUs 1-2,200 online",
        _check.Says(To([0, 3, 8, 9], Vm(vm => vm with { VCpuPins = [new(0, [0, 1, 2, 3]), new(1, [8, 200])] }))));

    [Fact]
    public void A_VM_without_pins_goes_anywhere() => Assert.Empty(_check.Check(GivenPlacement.Candidate()));

    [Fact]
    public void A_host_that_does_not_tell_its_CPUs_or_its_VMs_pins_is_unknown() => Assert.Equal("Warning PinnedCpusUnknown; Warning PinLoadUnknown",
        _check.Finds(GivenPlacement.Candidate().Vm(vm => vm with { EmulatorPin = [0] })));

    [Theory]
    [InlineData(2, 1, "")]
    [InlineData(1, 1, "Warning PinnedCpusShared")]
    [InlineData(1, 0, "")]
    public void CPUs_that_other_VMs_are_pinned_to_are_shared(int cpu, int count, string found) => Assert.Equal(found, _check.Finds(
        To([0, 1, 2, 3], Vm(vm => vm with { VCpuPins = [new(0, [0, 1])] })) with { Load = new() { Pins = new Dictionary<int, int> { [cpu] = count } } }));

    [Fact]
    public void It_is_told_how_many_are_shared_and_by_how_many() => Assert.Contains(
        "vCPUs of other VMs pinned to 2 of these 4: to CPUs 1-2, at most 3 to one",
        _check.Says(To([0, 1, 2, 3], Vm(vm => vm with { VCpuPins = [new(0, [0, 1, 2, 3])] })) with
        {
            Load = new() { Pins = new Dictionary<int, int> { [1] = 3, [2] = 1, [9] = 7 } },
        }),
        StringComparison.Ordinal);

    [Fact]
    public void CPUs_that_were_promised_to_VMs_placed_before_are_shared_too()
    {
        DestinationCandidate candidate = To([0, 1, 2, 3], Vm(vm => vm with { VCpuPins = [new(0, [0, 1, 2])] })) with
        {
            Load = new() { Pins = new Dictionary<int, int> { [1] = 2 } },
            Reserved = new() { Pins = new Dictionary<int, int> { [0] = 1, [1] = 1, [3] = 9 } },
        };
        Assert.Contains("2 of these 3: to CPUs 0-1, at most 3 to one", _check.Says(candidate), StringComparison.Ordinal);
        Assert.Equal(34, new PinsTakenWeight().Weigh(candidate).Points);
    }

    private static DestinationCandidate Vm(Func<VmDefinition, VmDefinition> change) => GivenPlacement.Candidate().Vm(change) with { Load = new() };

    private static DestinationCandidate To(int[] online, DestinationCandidate candidate) => candidate.To(facts => facts with { OnlineCpus = online });
}
