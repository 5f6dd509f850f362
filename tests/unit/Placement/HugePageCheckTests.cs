using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class HugePageCheckTests
{
    // 64 GiB in pages of 2 MiB.
    private const int Needed = 32768;

    private readonly HugePageCheck _check = new();

    [Theory]
    [InlineData(Needed, "")]
    [InlineData(Needed - 1, "Blocker HugePagesInsufficient")]
    [InlineData(0, "Blocker HugePagesInsufficient")]
    public void Enough_pages_must_be_free(int free, string found) => Assert.Equal(found, _check.Finds(All(2).To(Pool(0, 2, free))));

    [Theory]
    [InlineData(1, "")]
    [InlineData(0, "Blocker HugePagesInsufficient")]
    public void They_are_counted_over_all_cells_and_rounded_up(int inSecond, string found) => Assert.Equal(found, _check.Finds(
        All(1024).Vm(vm => vm with { Memory = GivenPlacement.MiB(2049) }).To(facts => facts with
        {
            Cells = [GivenPlacement.Cell(0, 0, Pages(1024, 2), Pages(2, 99)), GivenPlacement.Cell(4, 0, Pages(1024, inSecond))],
        })));

    [Theory]
    [InlineData(Needed + 10, 10, "")]
    [InlineData(Needed + 10, 11, "Blocker HugePagesInsufficient")]
    public void What_was_promised_is_not_free(int free, int promised, string found) => Assert.Equal(found, _check.Finds(All(2).To(Pool(0, 2, free)) with
    {
        Reserved = new() { HugePages = new Dictionary<ByteSize, long> { [GivenPlacement.MiB(2)] = promised, [Given.GiB(1)] = 999 } },
    }));

    [Fact]
    public void What_counts_is_named() => Assert.Equal(
        "h2: needs 32768 huge pages of 2 MiB, has 40000 free, 8000 of them promised to VMs placed before",
        _check.Says(All(2).To(Pool(0, 2, 40000)) with { Reserved = new() { HugePages = new Dictionary<ByteSize, long> { [GivenPlacement.MiB(2)] = 8000 } } }));

    [Fact]
    public void A_size_that_the_host_does_not_have_blocks() => Assert.Equal("Blocker HugePagesMissing", _check.Finds(All(1024).To(Pool(0, 2, 99999))));

    [Fact]
    public void So_does_a_host_without_any() => Assert.Equal("Blocker HugePagesMissing", _check.Finds(All(null).To(facts => facts with { Cells = [GivenPlacement.Cell(0, 99)] })));

    [Theory]
    [InlineData(Needed, 0, "")]
    [InlineData(Needed - 1, 0, "Blocker HugePagesInsufficient")]
    [InlineData(Needed - 1, 63, "Blocker HugePagesInsufficient")]
    [InlineData(Needed - 1, 64, "Warning HugePagesUnknown")]
    public void The_default_size_is_taken_for_the_smallest_but_may_be_another(int small, int large, string found)
    {
        DestinationCandidate Of(DestinationCandidate candidate) => candidate.To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, large), Pages(2, small))] });
        Assert.Equal(found, _check.Finds(Of(All(null))));
        Assert.Equal(found, _check.Finds(Of(GivenPlacement.Candidate().Vm(vm => vm with { HugePages = true }))));
    }

    [Theory]
    [InlineData(20, 24, "")]
    [InlineData(19, 24, "Blocker HugePagesInsufficientInCells")]
    [InlineData(20, 23, "Blocker HugePagesInsufficientInCells")]
    public void Strict_cells_must_have_their_own(int first, int second, string found) => Assert.Equal(found, _check.Finds(
        Split(NumaMode.Strict, [0], [1]).To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, first)), GivenPlacement.Cell(1, 0, Pages(1024, second)), GivenPlacement.Cell(2, 0, Pages(1024, 99))] })));

    [Theory]
    [InlineData(NumaMode.Preferred)]
    [InlineData(NumaMode.Interleave)]
    [InlineData(NumaMode.Restrictive)]
    public void Others_take_them_from_elsewhere(NumaMode mode) => Assert.Empty(_check.Check(
        Split(mode, [0], [1]).To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, 0)), GivenPlacement.Cell(1, 0, Pages(1024, 0)), GivenPlacement.Cell(2, 0, Pages(1024, 99))] })));

    [Theory]
    [InlineData(44, "")]
    [InlineData(43, "Blocker HugePagesInsufficientInCells")]
    public void Virtual_cells_in_one_cell_count_together(int free, string found) => Assert.Equal(found, _check.Finds(
        Split(NumaMode.Strict, [0], [0]).To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, free)), GivenPlacement.Cell(1, 0, Pages(1024, 99))] })));

    [Theory]
    [InlineData(20, 24, "")]
    [InlineData(44, 0, "")]
    [InlineData(20, 23, "Blocker HugePagesInsufficientInCells")]
    [InlineData(19, 99, "Blocker HugePagesInsufficientInCells")]
    public void What_is_tied_to_fewer_of_the_same_cells_counts_too(int first, int second, string found) => Assert.Equal(found, _check.Finds(
        Split(NumaMode.Strict, [0], [0, 1]).To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, first)), GivenPlacement.Cell(1, 0, Pages(1024, second)), GivenPlacement.Cell(2, 0, Pages(1024, 99))] })));

    [Theory]
    [InlineData(0, 20, 24, "")]
    [InlineData(19, 1, 24, "")]
    [InlineData(19, 1, 23, "Blocker HugePagesInsufficientInCells")]
    public void Cells_that_overlap_are_counted_together(int first, int second, int third, string found) => Assert.Equal(found, _check.Finds(
        Split(NumaMode.Strict, [0, 1], [1, 2]).To(facts => facts with
        {
            Cells = [GivenPlacement.Cell(0, 0, Pages(1024, first)), GivenPlacement.Cell(1, 0, Pages(1024, second)), GivenPlacement.Cell(2, 0, Pages(1024, third)), GivenPlacement.Cell(3, 0, Pages(1024, 99))],
        })));

    [Theory]
    [InlineData(20, 12288, "")]
    [InlineData(19, 12288, "Blocker HugePagesInsufficient")]
    [InlineData(20, 12287, "Blocker HugePagesInsufficient")]
    public void Each_size_is_counted_by_itself(int large, int small, string found) => Assert.Equal(found, _check.Finds(
        Split(NumaMode.Preferred, [0], [0]).Vm(vm => vm with { HugePageUses = [new(Given.GiB(1), [0]), new(GivenPlacement.MiB(2), [])] })
            .To(facts => facts with { Cells = [GivenPlacement.Cell(0, 0, Pages(1024, large), Pages(2, small))] })));

    [Fact]
    public void A_host_that_does_not_tell_is_unknown()
    {
        Assert.Equal("Warning HugePagesUnknown", _check.Finds(All(2)));
        Assert.Equal("Warning HugePagesUnknown", _check.Finds(All(2).To(Pool(0, 2, null))));
    }

    [Theory]
    [InlineData(MigrationTechniques.Live, "")]
    [InlineData(MigrationTechniques.Live | MigrationTechniques.PostCopy, "Blocker HugePagesPostCopy")]
    public void Huge_pages_and_post_copy_exclude_each_other(MigrationTechniques techniques, string found)
    {
        DestinationCandidate candidate = All(2).To(Pool(0, 2, Needed)).Planned(techniques);
        Assert.Equal(found, _check.Finds(candidate));
        Assert.All(_check.Check(candidate), finding => Assert.Contains("-PostCopy Off", finding.Action, StringComparison.Ordinal));
    }

    [Fact]
    public void A_VM_on_ordinary_memory_needs_none() => Assert.Empty(_check.Check(
        GivenPlacement.Candidate().Planned(MigrationTechniques.PostCopy).Vm(vm => vm with { HugePageUses = [new(ByteSize.FromKibibytes(4), [])] })));

    private static DestinationCandidate All(int? mebibytes) => GivenPlacement.Candidate().Vm(vm => vm with
    {
        HugePages = true,
        HugePageUses = [new(mebibytes is int size ? GivenPlacement.MiB(size) : null, [])],
    });

    // 20 and 24 GiB on pages of 1 GiB.
    private static DestinationCandidate Split(NumaMode mode, int[] first, int[] second) => All(1024).Vm(vm => vm with
    {
        VirtualCells = [new(0, [0], Given.GiB(20)), new(1, [1], Given.GiB(24))],
        NumaBindings = [new(0, mode, first), new(1, mode, second)],
    });

    private static HugePagePool Pages(int mebibytes, int? free) => new(GivenPlacement.MiB(mebibytes), 100000, free);

    private static Func<HostFacts, HostFacts> Pool(int cell, int mebibytes, int? free) => facts => facts with { Cells = [GivenPlacement.Cell(cell, 0, Pages(mebibytes, free))] };
}
