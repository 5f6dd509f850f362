using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class NumaCheckTests
{
    private readonly NumaCheck _check = new();

    [Theory]
    [InlineData(NumaMode.Strict)]
    [InlineData(NumaMode.Preferred)]
    [InlineData(NumaMode.Interleave)]
    [InlineData(NumaMode.Restrictive)]
    public void A_cell_that_is_not_there_blocks_in_every_mode(NumaMode mode)
    {
        Assert.Equal("Blocker NumaCellsMissing", _check.Finds(Tied(mode, [1]).To(Cells(GivenPlacement.Cell(0, 100), GivenPlacement.Cell(8, 100)))));
        Assert.Empty(_check.Check(Tied(mode, [8]).To(Cells(GivenPlacement.Cell(0, 100), GivenPlacement.Cell(8, 100)))));
    }

    [Fact]
    public void Missing_cells_and_those_that_are_there_are_named() => Assert.Equal(
        "h2: needs NUMA cells 0-2, which its memory is tied to, has no cells 1-2 (it has 0,8)",
        _check.Says(Tied(NumaMode.Strict, [0, 1, 2]).To(Cells(GivenPlacement.Cell(0, 100), GivenPlacement.Cell(8, 100)))));

    [Theory]
    [InlineData(NumaMode.Strict, 64, "")]
    [InlineData(NumaMode.Strict, 63, "Blocker NumaMemoryInsufficient")]
    [InlineData(NumaMode.Preferred, 64, "")]
    [InlineData(NumaMode.Preferred, 63, "Warning NumaMemoryElsewhere")]
    [InlineData(NumaMode.Interleave, 64, "")]
    [InlineData(NumaMode.Interleave, 63, "Warning NumaMemoryElsewhere")]
    [InlineData(NumaMode.Restrictive, 1, "")]
    public void Memory_must_be_free_in_its_cell(NumaMode mode, int free, string found) =>
        Assert.Equal(found, _check.Finds(Tied(mode, [0]).To(Cells(GivenPlacement.Cell(0, free), GivenPlacement.Cell(1, 128)))));

    [Theory]
    [InlineData(NumaMode.Strict, 1, 63, "")]
    [InlineData(NumaMode.Strict, 1, 62, "Blocker NumaMemoryInsufficient")]
    [InlineData(NumaMode.Interleave, 32, 32, "")]
    [InlineData(NumaMode.Interleave, 31, 64, "Warning NumaMemoryElsewhere")]
    public void Strict_cells_fill_each_other_up_and_interleaved_ones_want_an_equal_share(NumaMode mode, int first, int second, string found) =>
        Assert.Equal(found, _check.Finds(Tied(mode, [0, 1]).To(Cells(GivenPlacement.Cell(0, first), GivenPlacement.Cell(1, second), GivenPlacement.Cell(2, 128)))));

    [Theory]
    [InlineData(66, 2, "")]
    [InlineData(66, 3, "Blocker NumaMemoryInsufficient")]
    [InlineData(1, 2, "Blocker NumaMemoryInsufficient")]
    public void What_was_promised_in_a_cell_is_not_free(int free, int promised, string found) => Assert.Equal(found, _check.Finds(
        Tied(NumaMode.Strict, [0]).To(Cells(GivenPlacement.Cell(0, free))) with
        {
            Reserved = new() { CellMemory = new Dictionary<int, ByteSize> { [0] = Given.GiB(promised), [1] = Given.GiB(100) } },
        }));

    [Theory]
    [InlineData(40, 24, "")]
    [InlineData(39, 24, "Blocker NumaMemoryInsufficient")]
    [InlineData(40, 23, "Blocker NumaMemoryInsufficient")]
    [InlineData(39, 23, "Blocker NumaMemoryInsufficient; Blocker NumaMemoryInsufficient")]
    public void Each_virtual_cell_counts_with_its_own_memory(int first, int second, string found) =>
        Assert.Equal(found, _check.Finds(TwoCells([0], [1]).To(Cells(GivenPlacement.Cell(0, first), GivenPlacement.Cell(1, second)))));

    [Theory]
    [InlineData(64, "")]
    [InlineData(63, "Blocker NumaMemoryInsufficient")]
    public void Virtual_cells_in_one_cell_count_together(int free, string found) =>
        Assert.Equal(found, _check.Finds(TwoCells([0], [0]).To(Cells(GivenPlacement.Cell(0, free)))));

    [Theory]
    [InlineData(40, 24, "")]
    [InlineData(40, 23, "Blocker NumaMemoryInsufficient")]
    public void What_is_tied_to_fewer_of_the_same_cells_counts_too(int first, int second, string found) =>
        Assert.Equal(found, _check.Finds(TwoCells([0], [0, 1]).To(Cells(GivenPlacement.Cell(0, first), GivenPlacement.Cell(1, second)))));

    // 40 GiB in cells 0 and 1, 24 in 1 and 2: each has room, and still both may have not.
    [Theory]
    [InlineData(30, 10, 24, "")]
    [InlineData(30, 10, 23, "Blocker NumaMemoryInsufficient")]
    [InlineData(0, 40, 24, "")]
    [InlineData(0, 40, 23, "Blocker NumaMemoryInsufficient")]
    [InlineData(39, 0, 24, "Blocker NumaMemoryInsufficient")]
    public void Cells_that_overlap_are_counted_together(int first, int second, int third, string found) => Assert.Equal(found, _check.Finds(
        TwoCells([0, 1], [1, 2]).To(Cells(GivenPlacement.Cell(0, first), GivenPlacement.Cell(1, second), GivenPlacement.Cell(2, third), GivenPlacement.Cell(3, 99)))));

    [Fact]
    public void Overlapping_cells_that_are_too_small_together_are_named_together() => Assert.Equal(
        "h2: needs 64 GiB of memory in NUMA cells 0-2 and nowhere else, has 63 GiB free there",
        _check.Says(TwoCells([0, 1], [1, 2]).To(Cells(GivenPlacement.Cell(0, 30), GivenPlacement.Cell(1, 10), GivenPlacement.Cell(2, 23)))));

    [Theory]
    [InlineData(40, "")]
    [InlineData(39, "Blocker NumaMemoryInsufficient")]
    public void A_virtual_cells_own_cells_go_before_those_of_the_whole_VM(int first, string found) => Assert.Equal(found, _check.Finds(
        TwoCells([0], [1]).Vm(vm => vm with { NumaBindings = [new(null, NumaMode.Strict, [1]), new(0, NumaMode.Strict, [0])] })
            .To(Cells(GivenPlacement.Cell(0, first), GivenPlacement.Cell(1, 24)))));

    [Theory]
    [InlineData(63, "Warning NumaMemoryUnknown")]
    [InlineData(62, "Warning NumaMemoryUnknown")]
    [InlineData(61, "Blocker NumaMemoryInsufficient")]
    public void Caches_may_make_room_in_a_cell_but_nobody_tells_where_they_are(int free, string found) => Assert.Equal(found, _check.Finds(
        Tied(NumaMode.Strict, [0]).To(facts => facts with { Cells = [GivenPlacement.Cell(0, free), GivenPlacement.Cell(1, 10)], AvailableMemory = Given.GiB(free + 12) })));

    [Fact]
    public void Memory_on_huge_pages_takes_nothing_of_the_cells_free_memory() =>
        Assert.Empty(_check.Check(Tied(NumaMode.Strict, [0]).Vm(vm => vm with { HugePages = true }).To(Cells(GivenPlacement.Cell(0, 1)))));

    [Theory]
    [InlineData(NumaMode.Strict, "Warning NumaUnknown")]
    [InlineData(NumaMode.Preferred, "Warning NumaUnknown")]
    [InlineData(NumaMode.Restrictive, "")]
    public void A_cell_that_does_not_tell_its_free_memory_is_unknown(NumaMode mode, string found) =>
        Assert.Equal(found, _check.Finds(Tied(mode, [0]).To(Cells(GivenPlacement.Cell(0, null), GivenPlacement.Cell(1, null)))));

    [Fact]
    public void A_host_that_tells_no_cells_is_unknown() => Assert.Equal("Warning NumaUnknown", _check.Finds(Tied(NumaMode.Strict, [0])));

    [Fact]
    public void A_VM_that_is_tied_to_none_goes_anywhere() =>
        Assert.Empty(_check.Check(GivenPlacement.Candidate().To(Cells(GivenPlacement.Cell(3, 0)))));

    private static DestinationCandidate Tied(NumaMode mode, int[] cells) =>
        GivenPlacement.Candidate().Vm(vm => vm with { NumaBindings = [new(null, mode, cells)] });

    // 40 and 24 GiB.
    private static DestinationCandidate TwoCells(int[] first, int[] second) => GivenPlacement.Candidate().Vm(vm => vm with
    {
        VirtualCells = [new(0, [0], Given.GiB(40)), new(1, [1], Given.GiB(24))],
        NumaBindings = [new(0, NumaMode.Strict, first), new(1, NumaMode.Strict, second)],
    });

    // Nothing but free memory: no caches.
    private static Func<HostFacts, HostFacts> Cells(params NumaCell[] cells) => facts => facts with { Cells = cells, AvailableMemory = default(ByteSize) };
}
