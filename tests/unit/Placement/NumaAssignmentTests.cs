using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class NumaAssignmentTests
{
    private static readonly ByteSize s_huge = ByteSize.FromMebibytes(2);
    private static readonly ByteSize s_gigantic = Given.GiB(1);

    [Fact]
    public void Cells_keep_their_ids_where_there_is_room()
    {
        NumaAssignmentResult result = Assign([Cell(0, 16, 1), Cell(1, 16, 0)], [Host(0, 16), Host(1, 16), Host(2, 64)]);
        Assert.Equal(["virtual cell 0: host cell 1, as on the source", "virtual cell 1: host cell 0, as on the source"], Texts(result));
        Assert.Equal(new NumaCost(default, 0, 0, 20, new ByteSize(0)), result.Cost);
        Assert.True(result.Optimal);
    }

    [Fact]
    public void Cells_whose_ids_the_host_does_not_have_go_elsewhere_and_stay_apart()
    {
        NumaAssignmentResult result = Assign([Cell(0, 16, 6), Cell(1, 16, 7)], [Host(0, 64), Host(4, 64)]);
        Assert.Equal(
            ["virtual cell 0: host cell 0 instead of 6, which the host does not have", "virtual cell 1: host cell 4 instead of 7, which the host does not have"],
            Texts(result));
        Assert.Equal(new NumaCost(default, 0, 0, 20, Given.GiB(48)), result.Cost);
    }

    [Fact]
    public void Cells_that_are_bound_to_nothing_or_to_the_same_come_together()
    {
        Assert.Equal([4, 4], Hosts(Assign([Cell(0, 16), Cell(1, 16)], [Host(0, 16), Host(4, 32)])));
        Assert.Equal([4, 4], Hosts(Assign([Cell(0, 16, 9), Cell(1, 16, 9)], [Host(0, 16), Host(4, 32)])));
        Assert.Equal([0, 4], Hosts(Assign([Cell(0, 16, 8), Cell(1, 16, 9)], [Host(0, 16), Host(4, 32)])));
    }

    [Fact]
    public void A_cell_leaves_its_id_only_for_want_of_room_and_says_why()
    {
        NumaAssignmentResult result = Assign(
            [Cell(0, 16, 0), Cell(1, 8, 1), Cell(2, 8, 1), Cell(3, 8, 2) with { AllowedCells = [0, 1, 3] }],
            [Host(0, 15), Host(1, 15), Host(2, 16), Host(3, 16)]);
        Assert.Equal(3, result.Cost!.Value.Moves);
        Assert.Equal(
            [
                "virtual cell 0: host cell 2 instead of 0, which has no room for it",
                "virtual cell 1: host cell 0 instead of 1, for the sake of the other cells",
                "virtual cell 2: host cell 1, as on the source",
                "virtual cell 3: host cell 3 instead of 2, which it may not have",
            ],
            Texts(result));
    }

    [Fact]
    public void Cells_that_move_stay_near_each_other()
    {
        // Two sockets of four cells each. Three cells are free in the first, all in the second.
        NumaCell[] hosts = [Host(0, 1), .. Enumerable.Range(1, 7).Select(id => Host(id, 16))];
        NumaAssignmentRequest request = new()
        {
            VirtualCells = [.. Enumerable.Range(0, 4).Select(id => Cell(id, 16, 10 + id))],
            HostCells = hosts,
            Distances = [.. Sockets(8, 4)],
        };
        NumaAssignmentResult result = NumaAssignment.Assign(request);
        Assert.Equal([4, 5, 6, 7], Hosts(result));
        Assert.Equal(6 * 12, result.Cost!.Value.Distance);
    }

    [Fact]
    public void Of_equally_near_cells_the_ones_with_most_to_spare_are_taken_and_then_the_lowest_ids()
    {
        Assert.Equal([3], Hosts(Assign([Cell(0, 16)], [Host(1, 20), Host(3, 30), Host(5, 30)])));
        Assert.Equal([1, 3], Hosts(Assign([Cell(0, 16, 8), Cell(1, 16, 9)], [Host(5, 20), Host(3, 20), Host(1, 20)])));
    }

    [Fact]
    public void Where_the_two_directions_of_a_distance_differ_the_longer_counts()
    {
        NumaAssignmentRequest request = new()
        {
            VirtualCells = [Cell(0, 8, 8), Cell(1, 8, 9)],
            HostCells = [Host(0, 8), Host(1, 8), Host(2, 8)],
            Distances = [new(0, 1, 11), new(1, 0, 40), new(0, 2, 30), new(1, 2, 1000), new(5, 0, 1)],
        };
        NumaAssignmentResult result = NumaAssignment.Assign(request);
        Assert.Equal([0, 2], Hosts(result));
        Assert.Equal(30, result.Cost!.Value.Distance);
        Assert.Equal(255, NumaAssignment.Assign(request with { VirtualCells = [Cell(0, 8, 1), Cell(1, 8, 2)] }).Cost!.Value.Distance);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "needs 17179869184 B for virtual cell 0, the largest free cell that it may have has 17179869183 B")]
    public void A_cell_fits_to_the_byte(int less, string obstacle)
    {
        NumaAssignmentResult result = Assign([Cell(0, 16)], [Host(0, 8), Host(1, 0) with { FreeMemory = new(Given.GiB(16).Bytes - less) }]);
        Assert.Equal(obstacle, result.Obstacle?.ToString() ?? "");
        Assert.Equal(less == 0 ? NumaVerdict.Decided : NumaVerdict.Infeasible, result.Verdict);
    }

    [Theory]
    [InlineData(0, NumaVerdict.Decided)]
    [InlineData(1, NumaVerdict.Infeasible)]
    public void A_sum_fits_to_the_byte(int less, NumaVerdict verdict) =>
        Assert.Equal(verdict, Assign([Cell(0, 16), Cell(1, 8), Cell(2, 8)], [Host(0, 0) with { FreeMemory = new(Given.GiB(32).Bytes - less) }]).Verdict);

    [Fact]
    public void A_cell_too_large_for_every_host_cell_is_named()
    {
        NumaAssignmentResult result = Assign([Cell(1, 8), Cell(2, 32)], [Host(0, 16), Host(1, 12)]);
        Assert.Equal((NumaVerdict.Infeasible, NumaObstacleKind.CellTooLarge), (result.Verdict, result.Obstacle!.Kind));
        Assert.Equal([2], result.Obstacle.VirtualCells);
        Assert.Equal("needs 32 GiB for virtual cell 2, the largest free cell that it may have has 16 GiB", result.Obstacle.ToString());
    }

    [Fact]
    public void A_sum_too_large_is_named()
    {
        NumaCell[] hosts = [Host(0, 64), Host(1, 64), Host(2, 64)];
        NumaAssignmentResult result = Assign([.. Enumerable.Range(0, 4).Select(id => Cell(id, 64))], hosts);
        Assert.Equal((NumaVerdict.Infeasible, NumaObstacleKind.SumTooLarge), (result.Verdict, result.Obstacle!.Kind));
        Assert.Equal("needs 256 GiB for virtual cells 0-3, 192 GiB are free in all cells together", result.Obstacle.ToString());
        Assert.Equal(NumaVerdict.Decided, Assign([.. Enumerable.Range(0, 3).Select(id => Cell(id, 64))], hosts).Verdict);
    }

    [Fact]
    public void A_sum_too_large_for_the_host_cells_that_some_may_have_is_named()
    {
        NumaVirtualCell[] cells = [Cell(0, 10) with { AllowedCells = [1, 2] }, Cell(1, 10) with { AllowedCells = [1] }, Cell(2, 12) with { AllowedCells = [1, 2, 9] }, Cell(3, 1)];
        NumaAssignmentResult result = Assign(cells, [Host(0, 99), Host(1, 15), Host(2, 16)]);
        Assert.Equal("needs 32 GiB for virtual cells 0-2, 31 GiB are free in cells 1, 2", result.Obstacle!.ToString());
        Assert.Equal([1, 2, 2], Hosts(Assign([Cell(0, 10) with { AllowedCells = [1] }, Cell(1, 10) with { AllowedCells = [1, 2] }, Cell(2, 5) with { AllowedCells = [2] }], [Host(0, 99), Host(1, 15), Host(2, 16)])));
    }

    [Theory]
    [InlineData(7, NumaVerdict.Infeasible)]
    [InlineData(8, NumaVerdict.Decided)]
    public void Pieces_that_do_not_go_together_are_refused(int second, NumaVerdict verdict)
    {
        NumaAssignmentResult result = Assign([Cell(0, 8), Cell(1, 8), Cell(2, 8)], [Host(0, 23), Host(1, second)]);
        Assert.Equal(verdict, result.Verdict);
        if (verdict == NumaVerdict.Infeasible)
        {
            Assert.Equal("needs 3 times 8 GiB or more, each in one host cell, there is room for 2", result.Obstacle!.ToString());
        }
    }

    [Fact]
    public void Sizes_with_a_common_divisor_that_leave_a_rest_in_every_host_cell_are_refused()
    {
        NumaAssignmentResult result = Assign([Cell(0, 6), Cell(1, 6), Cell(2, 4), Cell(3, 4), Cell(4, 4)], [Host(0, 13), Host(1, 11)]);
        Assert.Equal("needs 24 GiB in pieces of 2 GiB, each in one host cell, 22 GiB of the free cells can be used by such pieces", result.Obstacle!.ToString());
        Assert.Equal(NumaVerdict.Decided, Assign([Cell(0, 6), Cell(1, 6), Cell(2, 4), Cell(3, 4), Cell(4, 4)], [Host(0, 14), Host(1, 10)]).Verdict);
    }

    [Fact]
    public void What_only_a_search_shows_is_refused_all_the_same()
    {
        NumaAssignmentResult result = Assign([Cell(0, 7), Cell(1, 5), Cell(2, 4), Cell(3, 4)], [Host(0, 10), Host(1, 10)]);
        Assert.Equal((NumaVerdict.Infeasible, NumaObstacleKind.NoCombination), (result.Verdict, result.Obstacle!.Kind));
        Assert.Equal("needs room for virtual cells 0-3, each fits alone and so does their sum, but no combination of them fits", result.Obstacle.ToString());
    }

    [Fact]
    public void Huge_pages_are_counted_by_their_size_and_a_begun_page_is_a_page()
    {
        NumaVirtualCell cell = new() { Id = 0, Memory = new((Given.GiB(2).Bytes * 2) + 1), PageSize = s_gigantic };
        Assert.Equal(NumaVerdict.Infeasible, Assign([cell], [Paged(0, 99, s_gigantic, 4)]).Verdict);
        Assert.Equal("needs 5 GiB in pages of 1 GiB for virtual cell 0, the largest free cell that it may have has 4 GiB in pages of 1 GiB", Assign([cell], [Paged(0, 99, s_gigantic, 4)]).Obstacle!.ToString());
        Assert.Equal(NumaVerdict.Decided, Assign([cell], [Paged(0, 0, s_gigantic, 5)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([cell], [Paged(0, 99, s_huge, 9999)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([cell], [Host(0, 99)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([cell with { PageSize = null }], [Paged(0, 4, s_gigantic, 99)]).Verdict);
    }

    [Fact]
    public void Two_page_sizes_are_two_resources()
    {
        NumaVirtualCell[] cells = [Cell(0, 4) with { PageSize = s_huge }, Cell(1, 4) with { PageSize = s_gigantic }];
        NumaCell both = Host(0, 0) with { HugePages = [new(s_huge, 2048, 2048), new(s_gigantic, 4, 4)] };
        Assert.Equal([0, 0], Hosts(Assign(cells, [both])));
        Assert.Equal([0, 1], Hosts(Assign(cells, [Paged(0, 0, s_huge, 2048), Paged(1, 0, s_gigantic, 4)])));
        Assert.Equal(NumaVerdict.Infeasible, Assign(cells, [both with { HugePages = [new(s_huge, 2047, 2047), new(s_gigantic, 4, 4)] }]).Verdict);
    }

    [Fact]
    public void A_strict_cell_over_several_host_cells_may_be_split_in_any_way()
    {
        NumaVirtualCell cell = Cell(0, 10, 0, 1) with { Span = 2 };
        NumaAssignmentResult result = Assign([cell], [Host(0, 1), Host(1, 9), Host(2, 9)]);
        Assert.Equal([0, 1], result.Placements[0].HostCells);
        Assert.Equal([1, 2], Assign([cell], [Host(0, 0), Host(1, 9), Host(2, 9)]).Placements[0].HostCells);
        Assert.Equal("needs 10 GiB in 2 host cells for virtual cell 0, the largest free cells that it may have have 9 GiB", Assign([cell], [Host(0, 4), Host(1, 5), Host(2, 3)]).Obstacle!.ToString());
    }

    [Fact]
    public void Strict_cells_make_way_for_each_other_where_they_are_split()
    {
        // 0 and 1: 10 in cells 0 and 1, 10 in 1 and 2, 10 in 2 and 3. Each must leave the others their part.
        NumaVirtualCell[] cells = [.. Enumerable.Range(0, 3).Select(id => Cell(id, 10) with { Span = 2, AllowedCells = [id, id + 1] })];
        Assert.Equal(NumaVerdict.Decided, Assign(cells, [Host(0, 7), Host(1, 8), Host(2, 8), Host(3, 7)]).Verdict);
        Assert.Equal(NumaVerdict.Decided, Assign(cells, [Host(0, 10), Host(1, 0), Host(2, 10), Host(3, 10)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign(cells, [Host(0, 12), Host(1, 9), Host(2, 0), Host(3, 9)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([.. cells, Cell(3, 3) with { AllowedCells = [1] }], [Host(0, 8), Host(1, 8), Host(2, 8), Host(3, 8)]).Verdict);
        Assert.Equal(NumaVerdict.Decided, Assign([.. cells, Cell(3, 2) with { AllowedCells = [1] }], [Host(0, 8), Host(1, 8), Host(2, 8), Host(3, 8)]).Verdict);
    }

    [Fact]
    public void An_interleaved_cell_needs_an_equal_share_in_each_rounded_up_to_pages()
    {
        NumaVirtualCell cell = Cell(0, 10, 0, 1) with { Span = 2, Mode = NumaMemoryMode.Interleave };
        Assert.Equal([0, 1], Assign([cell], [Host(0, 5), Host(1, 5), Host(2, 99)]).Placements[0].HostCells);
        Assert.Equal([1, 2], Assign([cell], [Host(0, 4), Host(1, 5), Host(2, 99)]).Placements[0].HostCells);
        Assert.Equal("needs 5 GiB in each of 2 host cells for virtual cell 0, the largest free cells that it may have have 4 GiB", Assign([cell], [Host(0, 4), Host(1, 99)]).Obstacle!.ToString());

        NumaVirtualCell odd = cell with { Memory = Given.GiB(5), PageSize = s_gigantic };
        Assert.Equal(NumaVerdict.Decided, Assign([odd], [Paged(0, 0, s_gigantic, 3), Paged(1, 0, s_gigantic, 3)]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([odd], [Paged(0, 0, s_gigantic, 3), Paged(1, 0, s_gigantic, 2)]).Verdict);
    }

    [Fact]
    public void Dedicated_cpus_over_several_host_cells_may_be_split_in_any_way()
    {
        NumaVirtualCell wide = Cell(0, 2) with { Span = 2, Mode = NumaMemoryMode.Interleave, DedicatedCpus = 4 };
        NumaVirtualCell narrow = Cell(1, 1) with { DedicatedCpus = 3 };
        Assert.Equal([0], Assign([wide, narrow], [Host(0, 9, 5), Host(1, 9, 2)]).Placements[1].HostCells);
        Assert.Equal(NumaVerdict.Infeasible, Assign([wide, narrow], [Host(0, 9, 5), Host(1, 9, 1)]).Verdict);
    }

    [Fact]
    public void Host_cells_with_as_much_left_are_not_equal_if_one_must_lend_its_cpus()
    {
        // Only one way: 0 in host cells 0 and 1 with all of their CPUs, so that 1 must be in 2, though there is as much left in all three.
        NumaVirtualCell wide = Cell(0, 2) with { Span = 2, Mode = NumaMemoryMode.Interleave, DedicatedCpus = 4 };
        NumaAssignmentResult result = Assign([wide, Cell(1, 8) with { DedicatedCpus = 2 }, Cell(2, 8), Cell(3, 8)], [Host(0, 9, 2), Host(1, 9, 2), Host(2, 8, 2)]);
        Assert.Equal(NumaVerdict.Decided, result.Verdict);
        Assert.Equal([0, 1], result.Placements[0].HostCells);
        Assert.Equal([2], result.Placements[1].HostCells);
    }

    [Fact]
    public void A_preferred_cell_may_be_where_a_strict_one_of_its_size_may_not()
    {
        NumaVirtualCell strict = Cell(0, 5) with { AllowedCells = [0, 1] };
        NumaAssignmentResult result = Assign(
            [strict, Cell(1, 5) with { AllowedCells = [0] }, strict with { Id = 2, Mode = NumaMemoryMode.Preferred }],
            [Host(0, 7), Host(1, 6), Host(2, 5)]);
        Assert.Equal([1, 0, 0], Hosts(result));
        Assert.Equal(Given.GiB(3), result.Cost!.Value.Spill);
    }

    [Fact]
    public void A_preferred_cell_wants_room_and_is_never_refused_for_the_want_of_it()
    {
        NumaVirtualCell cell = Cell(0, 10, 0) with { Mode = NumaMemoryMode.Preferred };
        Assert.Equal([1], Hosts(Assign([cell], [Host(0, 9), Host(1, 10)])));
        NumaAssignmentResult spilling = Assign([cell], [Host(0, 6), Host(1, 7)]);
        Assert.Equal([1], Hosts(spilling));
        Assert.Equal(Given.GiB(3), spilling.Cost!.Value.Spill);
        Assert.Equal(NumaVerdict.Infeasible, Assign([cell], [Host(0, 4), Host(1, 5)]).Verdict);

        // The strict one comes first, whichever is larger.
        NumaAssignmentResult both = Assign([cell, Cell(1, 2, 0)], [Host(0, 10), Host(1, 2)]);
        Assert.Equal([0, 1], Hosts(both));
        Assert.Equal([0, 0], Hosts(Assign([cell, Cell(1, 2, 0)], [Host(0, 10), Host(1, 1), Host(2, 1)])));
    }

    [Fact]
    public void Cells_without_cpu_pins_move_to_a_host_with_fewer_cpus()
    {
        NumaVirtualCell[] cells = [Cell(0, 16, 0), Cell(1, 16, 1)];
        NumaCell[] small = [Host(0, 16, 1), Host(1, 16, 0)];
        Assert.Equal([0, 1], Hosts(Assign(cells, small)));
        Assert.Equal(
            "needs 2 CPUs for virtual cell 0, the largest free cell that it may have has 1 CPU",
            Assign([cells[0] with { DedicatedCpus = 2 }, cells[1]], small).Obstacle!.ToString());
    }

    [Fact]
    public void Dedicated_cpus_are_counted_once()
    {
        NumaVirtualCell[] cells = [Cell(0, 8, 0) with { DedicatedCpus = 4 }, Cell(1, 8, 0) with { DedicatedCpus = 4 }];
        Assert.Equal([0, 0], Hosts(Assign(cells, [Host(0, 64, 8), Host(1, 64, 8)])));
        Assert.Equal([0, 1], Hosts(Assign(cells, [Host(0, 64, 7), Host(1, 64, 4)])));
        Assert.Equal("needs 8 CPUs for virtual cells 0, 1, 7 CPUs are free in all cells together", Assign(cells, [Host(0, 64, 4), Host(1, 64, 3)]).Obstacle!.ToString());
        Assert.Equal("needs 2 times 4 CPUs or more, each in one host cell, there is room for 1", Assign(cells, [Host(0, 64, 6), Host(1, 64, 3)]).Obstacle!.ToString());
        Assert.Equal(
            "needs 8 GiB and 4 CPUs for virtual cell 0, no single cell that it may have has both",
            Assign([cells[0]], [Host(0, 64, 3), Host(1, 7, 8)]).Obstacle!.ToString());
    }

    [Fact]
    public void A_cell_that_may_have_no_cell_of_the_host_is_named()
    {
        Assert.Equal("needs 1 host cell for virtual cell 0, has 0 of those it may have (cells 5, 7)", Assign([Cell(0, 1) with { AllowedCells = [5, 7] }], [Host(0, 9)]).Obstacle!.ToString());
        Assert.Equal("needs 2 host cells for virtual cell 0, has 1", Assign([Cell(0, 1) with { Span = 2 }], [Host(0, 9)]).Obstacle!.ToString());
        Assert.Equal(NumaObstacleKind.TooFewCells, Assign([Cell(0, 1) with { Span = int.MaxValue }], [Host(0, 9)]).Obstacle!.Kind);
        Assert.Equal(NumaObstacleKind.TooFewCells, Assign([Cell(0, 1)], []).Obstacle!.Kind);
        Assert.Equal(NumaVerdict.Decided, Assign([], []).Verdict);
    }

    [Fact]
    public void What_the_host_does_not_tell_is_neither_a_yes_nor_a_no()
    {
        NumaCell silent = Host(3, 0) with { FreeMemory = null };
        Assert.Equal([0], Hosts(Assign([Cell(0, 8, 3)], [Host(0, 8), silent])));
        NumaAssignmentResult open = Assign([Cell(0, 8, 3)], [Host(0, 7), silent]);
        Assert.Equal((NumaVerdict.NotDecided, NumaObstacleKind.FreeUnknown), (open.Verdict, open.Obstacle!.Kind));
        Assert.Equal("needs room for virtual cell 0, does not tell what is free in cell 3", open.Obstacle.ToString());
        Assert.Equal(NumaVerdict.Infeasible, Assign([Cell(0, 8) with { AllowedCells = [0] }], [Host(0, 7), silent]).Verdict);
        Assert.Equal(NumaVerdict.NotDecided, Assign([Cell(0, 8) with { PageSize = s_huge }], [Host(0, 99) with { HugePages = [new(s_huge, 9999, null)] }]).Verdict);
        Assert.Equal(NumaVerdict.Infeasible, Assign([Cell(0, 8) with { PageSize = s_huge, DedicatedCpus = 1 }], [Host(0, 99, 0) with { HugePages = [new(s_huge, 9999, null)] }]).Verdict);
    }

    [Fact]
    public void Numbers_without_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Assign([Cell(0, 1), Cell(0, 2)], [Host(0, 9)]));
        Assert.Throws<ArgumentException>(() => Assign([Cell(0, 1)], [Host(0, 9), Host(0, 9)]));
        Assert.Throws<ArgumentException>(() => Assign([Cell(0, 1) with { Span = 0 }], [Host(0, 9)]));
        Assert.Throws<ArgumentException>(() => Assign([Cell(0, 1) with { DedicatedCpus = -1 }], [Host(0, 9)]));
        Assert.Throws<ArgumentException>(() => Assign([Cell(0, 1) with { PageSize = new ByteSize(0) }], [Host(0, 9)]));
        Assert.Throws<ArgumentNullException>(() => NumaAssignment.Assign(null!));
    }

    [Fact]
    public void The_largest_numbers_do_not_go_round()
    {
        ByteSize most = new(long.MaxValue);
        NumaVirtualCell[] cells = [Cell(0, 0) with { Memory = most }, Cell(1, 0) with { Memory = most }];
        NumaCell host = Host(0, 0) with { FreeMemory = most };
        Assert.Equal(NumaVerdict.Infeasible, Assign(cells, [host]).Verdict);
        Assert.Equal([0, 1], Hosts(Assign(cells, [host, host with { Id = 1 }])));
        Assert.Equal(NumaVerdict.Decided, Assign([Cell(0, 8) with { PageSize = s_gigantic }], [Host(0, 0) with { HugePages = [new(s_gigantic, long.MaxValue, long.MaxValue)] }]).Verdict);
    }

    [Fact]
    public void An_answer_in_words()
    {
        Assert.Equal("Decided: virtual cell 0: host cell 0", Assign([Cell(0, 1)], [Host(0, 9)]).ToString());
        Assert.Equal("Infeasible: needs 10 GiB for virtual cell 0, the largest free cell that it may have has 9 GiB", Assign([Cell(0, 10)], [Host(0, 9)]).ToString());
        Assert.Equal("spill 0 B, moves 0, merges 0, distance 0, least left 8 GiB", Assign([Cell(0, 1)], [Host(0, 9)]).Cost!.Value.ToString());
        Assert.Null(Assign([Cell(0, 0)], [Host(0, 9)]).Cost!.Value.LeastLeft);
    }

    internal static IEnumerable<NumaDistance> Sockets(int cells, int perSocket) =>
        from one in Enumerable.Range(0, cells)
        from other in Enumerable.Range(0, cells)
        select new NumaDistance(one, other, one == other ? 10 : one / perSocket == other / perSocket ? 12 : 32);

    private static NumaVirtualCell Cell(int id, int gib, params int[] current) => new() { Id = id, Memory = Given.GiB(gib), CurrentCells = current };

    private static NumaCell Host(int id, int free, int cpus = 0) => new(id, Given.GiB(256), Given.GiB(free), [.. Enumerable.Range(0, cpus)], []);

    private static NumaCell Paged(int id, int free, ByteSize size, long pages) => Host(id, free) with { HugePages = [new(size, pages, pages)] };

    private static NumaAssignmentResult Assign(NumaVirtualCell[] cells, NumaCell[] hosts) =>
        NumaAssignment.Assign(new() { VirtualCells = cells, HostCells = hosts });

    private static IEnumerable<string> Texts(NumaAssignmentResult result) => result.Placements.Select(placement => placement.ToString());

    private static IEnumerable<int> Hosts(NumaAssignmentResult result) => result.Placements.Select(placement => placement.HostCells.Single());
}
