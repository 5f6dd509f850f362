using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class PinRemapCheckTests
{
    private static readonly HostInventory s_from = GivenPins.Host("h1");
    private static readonly VmDefinition s_vm = (GivenPins.Pinned(6, 7) with { EmulatorPin = [5] }).Tied(NumaMode.Strict, 1);

    private readonly PinRemapCheck _check = new();

    [Theory]
    [InlineData(true, 8, "")]
    [InlineData(true, 4, "Info PinsRemapped")]
    [InlineData(true, 2, "Info PinsRemapped; Warning PinsLessGood")]
    [InlineData(true, 1, "Blocker PinsNotRemappable")]
    [InlineData(true, 0, "Warning PinsNotDecided")]
    [InlineData(false, 1, "")]
    [InlineData(false, 0, "")]
    public void What_pins_become_is_found_where_they_are_rewritten(bool remap, int cpus, string found)
    {
        HostInventory to = cpus switch
        {
            8 => GivenPins.Host("h2"),
            0 => GivenPins.Host("h2").With(facts => facts with { Cells = [] }),
            _ => GivenPins.Host("h2", [0], cpus, 1),
        };
        Assert.Equal(found, _check.Finds(Candidate(to, remap)));
    }

    [Fact]
    public void Old_and_new_pins_and_why_are_said() => Assert.Equal(
        "h2: needs pins as on h1 (vCPU 0: 6, vCPU 1: 7, emulator: 5, memory: strict 1), "
        + "gives it others: vCPU 0: 0, vCPU 1: 1, emulator: 2, memory: strict 0 (CPUs 5-7 are not there; cell 1 is not there)",
        _check.Says(Candidate(GivenPins.Host("h2", [0], 4, 1), remap: true)));

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "Blocker PinnedCpusMissing; Blocker NumaCellsMissing")]
    public void With_pins_that_are_rewritten_nothing_else_is_in_the_way(bool remap, string found)
    {
        DestinationCandidate candidate = Candidate(GivenPins.Host("h2", [0], 4, 1), remap);
        IEnumerable<DestinationFinding> all = new IDestinationCheck[] { new PinnedCpuCheck(), new EmulatorPinCheck(), new NumaCheck(), new HugePageCheck() }.SelectMany(check => check.Check(candidate));
        Assert.Equal(found, string.Join("; ", all.Select(finding => $"{finding.Severity} {finding.Id}")));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(1, false)]
    public void Where_others_are_to_be_had_the_blockers_name_them(int cpus, bool named)
    {
        DestinationCandidate candidate = Candidate(GivenPins.Host("h2", [3], cpus, 1), remap: false);
        IEnumerable<DestinationFinding> all = new IDestinationCheck[] { new PinnedCpuCheck(), new NumaCheck() }.SelectMany(check => check.Check(candidate));
        Assert.Equal(2, all.Count());
        Assert.All(all, finding => Assert.Equal(named, finding.Action.StartsWith("-RemapPins gives it CPUs 0-1 in cell 3. Or: choose", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_VM_that_is_tied_by_its_memory_alone_is_given_cells() => Assert.All(
        new NumaCheck().Check(Candidate(GivenPins.Host("h2", [3], 1, 1), remap: false, s_vm with { VCpuPins = [], EmulatorPin = null })),
        finding => Assert.StartsWith("-RemapPins gives it cell 3 for its memory. Or: choose", finding.Action, StringComparison.Ordinal));

    [Theory]
    [InlineData(8, 100)]
    [InlineData(4, 80)]
    [InlineData(2, 65)]
    public void Pins_that_stay_weigh_most_and_losses_count_against_new_ones(int cpus, int points)
    {
        DestinationMerit merit = new PinWeight().Weigh(Candidate(cpus == 8 ? GivenPins.Host("h2") : GivenPins.Host("h2", [0], cpus, 1), remap: true));
        Assert.Equal(points, merit.Points);
        Assert.Equal(cpus == 2, merit.Reason.Contains("share CPU 0 with vCPUs", StringComparison.Ordinal));
    }

    [Fact]
    public void However_much_is_lost_new_pins_weigh_more_than_those_that_do_not_fit()
    {
        DestinationCandidate candidate = Candidate(GivenPins.Host("h2", [0], 4, 1), remap: true);
        PinRemapping remapping = candidate.Remapping! with { Losses = ["a", "b", "c", "d", "e", "f", "g"] };
        Assert.Equal(10, new PinWeight().Weigh(candidate with { Remapping = remapping }).Points);
        Assert.Equal(0, new PinWeight().Weigh(candidate with { RemapPins = false }).Points);
    }

    [Fact]
    public void That_none_are_to_be_had_is_found_once()
    {
        DestinationCandidate candidate = Candidate(GivenPins.Host("h2", [0], 1, 1), remap: true) with
        {
            PlanError = new("PinsNotRemappable", "No.", "Choose another.", "db1"),
        };
        Assert.Single(DestinationSelector.Findings(candidate), finding => finding.Id == "PinsNotRemappable");
    }

    private static DestinationCandidate Candidate(HostInventory to, bool remap, VmDefinition? vm = null) => new(Given.Vm(), vm ?? s_vm, s_from, to)
    {
        Load = new(),
        RemapPins = remap,
        Remapping = (vm ?? s_vm).Remap(s_from, to),
    };
}
