using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>What pins become, said by the whole outcome: verdict, pins, and in brackets what is less good.</summary>
public sealed class PinRemapperTests
{
    // Two cells of four CPUs.
    private static readonly HostInventory s_from = GivenPins.Host("h1");
    private static readonly HostInventory s_to = GivenPins.Host("h2");

    // The same with two threads a core: 0 and 8 share one.
    private static readonly HostInventory s_fromThreads = GivenPins.Host("h1", 2);
    private static readonly HostInventory s_toThreads = GivenPins.Host("h2", 2);

    private static readonly VmDefinition s_untied = GivenPins.Pinned(0) with { VCpuPins = [] };

    [Fact]
    public void A_VM_without_ties_has_nothing_to_lose()
    {
        PinRemapping remapping = s_untied.Remap(s_from, s_to);
        Assert.Equal("Kept: nothing", remapping.Text());
        Assert.Same(remapping, s_untied.Remap(s_from, s_to));
    }

    [Fact]
    public void What_fits_as_it_is_stays() => Says("Kept: vCPU 0: 6, vCPU 1: 7, emulator: 5, I/O thread 1: 5, memory: strict 1",
        (GivenPins.Pinned(6, 7) with { EmulatorPin = [5], IoThreadPins = [new(1, [5])] }).Tied(NumaMode.Strict, 1).Remap(s_from, s_to));

    [Fact]
    public void A_CPU_that_is_not_there_gives_way_to_another_of_the_same_cell()
    {
        PinRemapping remapping = GivenPins.Pinned(6, 7).Remap(s_from, s_to.Without(7));
        Says("Remapped: vCPU 0: 6, vCPU 1: 4", remapping);
        Assert.Equal(["CPU 7 is not there"], remapping.Reasons);
        Assert.Equal("vCPU 0: 6, vCPU 1: 7", remapping.Before.ToString());
    }

    [Fact]
    public void A_CPU_that_lies_in_another_cell_there_gives_way()
    {
        HostInventory swapped = GivenPins.Host("h2", [1, 0], 4, 1);
        PinRemapping remapping = GivenPins.Pinned(6, 7).Tied(NumaMode.Strict, 1).Remap(s_from, swapped);
        Says("Remapped: vCPU 0: 0, vCPU 1: 1, memory: strict 1", remapping);
        Assert.Equal(["CPUs 6-7 are not in the cell that they are in on h1"], remapping.Reasons);
    }

    [Theory]
    [InlineData(new int[0], "Kept: vCPU 0: 6, vCPU 1: 7")]
    [InlineData(new[] { 4, 5 }, "Kept: vCPU 0: 6, vCPU 1: 7")]
    [InlineData(new[] { 6 }, "Remapped: vCPU 0: 4, vCPU 1: 7")]
    [InlineData(new[] { 4, 6 }, "Remapped: vCPU 0: 5, vCPU 1: 7")]
    [InlineData(new[] { 4, 5, 6 }, "Remapped: vCPU 0: 0, vCPU 1: 1")]
    [InlineData(new[] { 0, 1, 2, 4, 5, 6 }, "Kept: vCPU 0: 6, vCPU 1: 7 [CPU 6 is pinned to by other VMs there]")]
    public void CPUs_that_others_have_are_left_to_them_where_others_are_free(int[] taken, string outcome)
    {
        Says(outcome, GivenPins.Pinned(6, 7).Remap(s_from, s_to, GivenPins.Taken(taken)));
        Says(outcome, GivenPins.Pinned(6, 7).Remap(s_from, s_to, reserved: new() { Pins = GivenPins.Taken(taken).Pins }));
    }

    [Fact]
    public void A_VM_that_must_move_and_finds_none_free_shares_and_says_so() => Says(
        "Remapped: vCPU 0: 6, vCPU 1: 4 [vCPUs of other VMs are pinned to CPUs 4,6 too]",
        GivenPins.Pinned(6, 7).Remap(s_from, s_to.Without(7), GivenPins.Taken(0, 1, 2, 3, 4, 5, 6)));

    [Theory]
    [InlineData(2, "Remapped: vCPU 0: 0, vCPU 1: 1")]
    [InlineData(1, "Impossible: vCPU 0: 6, vCPU 1: 7")]
    public void Each_CPU_wants_another_one(int cpus, string outcome) =>
        Says(outcome, GivenPins.Pinned(6, 7).Remap(s_from, GivenPins.Host("h2", [0], cpus, 1)));

    [Fact]
    public void Too_few_CPUs_are_said_in_numbers() => Assert.Equal(
        ["needs 2 CPUs for itself, has 1"], GivenPins.Pinned(6, 7).Remap(s_from, GivenPins.Host("h2", [0], 1, 1)).Reasons);

    [Theory]
    [InlineData(1, "Remapped: vCPU 0: 0, vCPU 1: 0, vCPU 2: 0, memory: strict 3 [3 vCPUs share 1 CPU (0), 4 on the source]")]
    [InlineData(2, "Remapped: vCPU 0: 0-1, vCPU 1: 0-1, vCPU 2: 0-1, memory: strict 3 [3 vCPUs share 2 CPUs (0-1), 4 on the source]")]
    [InlineData(3, "Remapped: vCPU 0: 0-2, vCPU 1: 0-2, vCPU 2: 0-2, memory: strict 3")]
    [InlineData(9, "Remapped: vCPU 0: 0-8, vCPU 1: 0-8, vCPU 2: 0-8, memory: strict 3")]
    public void A_whole_cell_becomes_a_whole_cell_however_many_CPUs_it_has(int cpus, string outcome)
    {
        int[] cell = [4, 5, 6, 7];
        Says(outcome, GivenPins.Pinned(cell, cell, cell).Tied(NumaMode.Strict, 1).Remap(s_from, GivenPins.Host("h2", [3, 5], cpus, 1)));
    }

    [Fact]
    public void Whole_cells_follow_their_memory() => Says(
        "Remapped: vCPU 0: 2-3, vCPU 1: 0-1, memory of cell 0: strict 8, memory of cell 1: strict 3",
        GivenPins.Pinned([0, 1, 2, 3], [4, 5, 6, 7]).InCells(NumaMode.Strict, (20, 0), (10, 1)).Remap(s_from, GivenPins.Host("h2", [3, 8], 2, 1, 20).WithFree(3, Given.GiB(19))));

    [Fact]
    public void A_pin_to_every_CPU_becomes_every_CPU() => Says("Remapped: vCPU 0: 6, vCPU 1: 4, emulator: 0-6, I/O thread 1: 0-6",
        (GivenPins.Pinned(6, 7) with { EmulatorPin = [0, 1, 2, 3, 4, 5, 6, 7], IoThreadPins = [new(1, [0, 1, 2, 3, 4, 5, 6, 7])] }).Remap(s_from, s_to.Without(7)));

    [Fact]
    public void VCpus_that_share_CPUs_share_as_many_there_and_no_others() => Says("Remapped: vCPU 0: 0-1, vCPU 1: 0-1, vCPU 2: 1-2",
        GivenPins.Pinned([5, 6], [5, 6], [6, 7]).Remap(s_from, GivenPins.Host("h2", [2], 3, 1)));

    [Fact]
    public void Threads_of_one_core_stay_on_one() => Says("Remapped: vCPU 0: 2, vCPU 1: 10, vCPU 2: 1, vCPU 3: 9",
        GivenPins.Pinned(0, 8, 1, 9).Remap(s_fromThreads, s_toThreads, GivenPins.Taken(0)));

    [Fact]
    public void Threads_of_one_core_are_kept_before_the_cell_is() => Says("Remapped: vCPU 0: 4, vCPU 1: 12",
        GivenPins.Pinned(0, 8).Remap(s_fromThreads, s_toThreads, GivenPins.Taken(0, 9, 2, 11)));

    [Fact]
    public void Who_has_a_core_alone_keeps_one() => Says("Remapped: vCPU 0: 0, vCPU 1: 1",
        GivenPins.Pinned(6, 7).Remap(s_from, GivenPins.Host("h2", [0], 2, 2)));

    [Fact]
    public void Where_cores_are_too_few_that_is_said() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1, vCPU 2: 2 [vCPUs 0,2 share a core with what is on another on the source]",
        GivenPins.Pinned(5, 6, 7).Remap(s_from, GivenPins.Host("h2", [0], 2, 2)));

    [Fact]
    public void Where_cores_have_one_thread_that_is_said() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1 [vCPUs 0-1 no longer share a core as on the source]",
        GivenPins.Pinned(0, 8).Remap(s_fromThreads, GivenPins.Host("h2", [3], 4, 1)));

    [Fact]
    public void Where_cores_are_not_told_that_is_said() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1 [which CPUs share a core there is not told]",
        GivenPins.Pinned(0, 8).Remap(s_fromThreads, GivenPins.Host("h2", [3], 4, 1).With(facts => facts with { Cores = [] })));

    [Fact]
    public void The_emulator_keeps_its_cell_and_a_core_of_its_own() => Says("Remapped: vCPU 0: 1, vCPU 1: 9, emulator: 2",
        (GivenPins.Pinned(0, 8) with { EmulatorPin = [1] }).Remap(s_fromThreads, s_toThreads, GivenPins.Taken(0)));

    [Fact]
    public void An_emulator_beside_a_vCPU_stays_beside_it() => Says("Remapped: vCPU 0: 1, emulator: 9",
        (GivenPins.Pinned(0) with { EmulatorPin = [8] }).Remap(s_fromThreads, s_toThreads, GivenPins.Taken(0)));

    [Fact]
    public void An_emulator_without_a_CPU_of_its_own_shares_and_says_so() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1, emulator: 0 [the emulator or I/O threads share CPU 0 with vCPUs; "
        + "the emulator and I/O threads have fewer CPUs than on the source: the emulator has 1]",
        (GivenPins.Pinned(6, 7) with { EmulatorPin = [4, 5] }).Remap(s_from, GivenPins.Host("h2", [0], 2, 1)));

    [Theory]
    [InlineData(16, "Kept: vCPU 0: 6, memory: strict 1")]
    [InlineData(15, "Remapped: vCPU 0: 0, memory: strict 0")]
    public void Strict_memory_needs_room_in_its_cell(int free, string outcome) =>
        Says(outcome, GivenPins.Pinned(6).Tied(NumaMode.Strict, 1).Remap(s_from, s_to.WithFree(1, Given.GiB(free))));

    [Theory]
    [InlineData(4, "Kept: vCPU 0: 6, memory: strict 1")]
    [InlineData(5, "Remapped: vCPU 0: 0, memory: strict 0")]
    public void What_is_promised_there_is_not_free(int promised, string outcome) => Says(outcome, GivenPins.Pinned(6).Tied(NumaMode.Strict, 1)
        .Remap(s_from, s_to.WithFree(1, Given.GiB(20)), reserved: new() { CellMemory = new Dictionary<int, ByteSize> { [1] = Given.GiB(promised) } }));

    [Fact]
    public void Strict_memory_that_fits_nowhere_is_impossible_in_the_words_of_the_assignment()
    {
        PinRemapping remapping = GivenPins.Pinned(6).Tied(NumaMode.Strict, 1).Remap(s_from, GivenPins.Host("h2", 1, 15).WithFree(1, Given.GiB(14)));
        Says("Impossible: vCPU 0: 6, memory: strict 1", remapping);
        Assert.Equal(["needs 16 GiB for virtual cell 0, the largest free cell that it may have has 15 GiB"], remapping.Reasons);
    }

    // Two sets of cells that overlap in part: each has room, and both together have not.
    [Theory]
    [InlineData(6, "Kept")]
    [InlineData(5, "Impossible")]
    public void Memory_in_overlapping_cells_is_judged_exactly(int free, string outcome)
    {
        VmDefinition vm = s_untied with
        {
            Memory = Given.GiB(18),
            VirtualCells = [new(0, [0], Given.GiB(9)), new(1, [1], Given.GiB(9))],
            NumaBindings = [new(0, NumaMode.Strict, [0, 1]), new(1, NumaMode.Strict, [1, 2])],
        };
        Assert.Equal(outcome, $"{vm.Remap(GivenPins.Host("h1", [0, 1, 2], 1, 1), GivenPins.Host("h2", [0, 1, 2], 1, 1, free).With(facts => facts with { AvailableMemory = default(ByteSize) })).Verdict}");
    }

    [Theory]
    [InlineData(8, "Kept: memory: interleave 0-1")]
    [InlineData(7, "Kept: memory: interleave 0-1 [cell 1 has no room for 8 GiB of memory]")]
    public void Interleaved_memory_wants_a_share_of_each_cell_and_starts_without(int free, string outcome) =>
        Says(outcome, s_untied.Tied(NumaMode.Interleave, 0, 1).Remap(s_from, s_to.WithFree(1, Given.GiB(free))));

    [Theory]
    [InlineData(8, "Remapped: memory: interleave 4,9")]
    [InlineData(7, "Remapped: memory: interleave 4,9 [1 GiB of its memory comes from other cells than it is tied to]")]
    public void Interleaved_memory_that_must_move_takes_what_there_is(int free, string outcome) =>
        Says(outcome, s_untied.Tied(NumaMode.Interleave, 0, 1).Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1).WithFree(9, Given.GiB(free))));

    [Theory]
    [InlineData(16, "Remapped: memory: preferred 4")]
    [InlineData(10, "Remapped: memory: preferred 4 [6 GiB of its memory comes from other cells than it is tied to]")]
    public void Preferred_memory_takes_the_rest_from_elsewhere(int free, string outcome) =>
        Says(outcome, s_untied.Tied(NumaMode.Preferred, 1).Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1, free)));

    [Fact]
    public void Preferred_memory_stays_where_there_is_no_room_for_it() =>
        Says("Kept: memory: preferred 1", s_untied.Tied(NumaMode.Preferred, 1).Remap(s_from, s_to.WithFree(1, default(ByteSize))));

    [Theory]
    [InlineData(16, "Remapped: memory: restrictive 4")]
    [InlineData(15, "Impossible: memory: restrictive 1")]
    public void Restrictive_memory_counts_as_strict(int free, string outcome) =>
        Says(outcome, s_untied.Tied(NumaMode.Restrictive, 1).Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1, free)));

    // What a CPU pin made of the cell's CPUs forbids elsewhere.
    [Fact]
    public void Memory_without_CPU_pins_goes_to_a_host_with_fewer_CPUs() => Says(
        "Remapped: memory of cell 0: strict 5, memory of cell 1: strict 5 [what is in cells 0-1 comes together in cell 5]",
        s_untied.InCells(NumaMode.Strict, (20, 0), (20, 1)).Remap(s_from, GivenPins.Host("h2", [5], 1, 1)));

    [Fact]
    public void Memory_over_more_cells_than_there_are_takes_those_there_are() => Says(
        "Remapped: memory: strict 3 [memory that may lie in 2 cells may lie in 1]",
        s_untied.Tied(NumaMode.Strict, 0, 1).Remap(s_from, GivenPins.Host("h2", [3], 4, 1)));

    [Theory]
    [InlineData(2, 8192, "Remapped: vCPU 0: 0, memory: strict 4")]
    [InlineData(2, 8191, "Impossible: vCPU 0: 6, memory: strict 1")]
    [InlineData(1024, 16, "Remapped: vCPU 0: 0, memory: strict 4")]
    [InlineData(1024, 15, "Impossible: vCPU 0: 6, memory: strict 1")]
    public void Huge_pages_are_counted_by_their_size(int mebibytes, int free, string outcome)
    {
        VmDefinition vm = GivenPins.Pinned(6).Tied(NumaMode.Strict, 1) with { HugePages = true, HugePageUses = [new(GivenPlacement.MiB(mebibytes), [])] };
        HugePagePool[] pools = [new(GivenPlacement.MiB(mebibytes), 99999, free), new(GivenPlacement.MiB(64), 99999, 99999)];
        Says(outcome, vm.Remap(s_from, GivenPins.Host("h2", [4, 9], 4, 1, 1, pools)));
    }

    [Theory]
    [InlineData(16, 0, "Kept")]
    [InlineData(20, 4, "Kept")]
    [InlineData(20, 5, "NotDecided")]
    [InlineData(15, 0, "Impossible")]
    public void Promised_huge_pages_may_be_those_of_any_cell(int free, int promised, string outcome) => Assert.Equal(outcome, $"{(s_untied.Tied(NumaMode.Strict, 1) with
    {
        HugePages = true,
        HugePageUses = [new(Given.GiB(1), [])],
    }).Remap(s_from, GivenPins.Host("h2", [0, 1], 4, 1, 1, new HugePagePool(Given.GiB(1), 99, free)), reserved: new() { HugePages = new Dictionary<ByteSize, long> { [Given.GiB(1)] = promised } }).Verdict}");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Whole_shapes_keep_their_shape(int cells)
    {
        int[] ids = [.. Enumerable.Range(0, cells).Select(cell => 10 + (3 * cell))];
        HostInventory from = GivenPins.Host("h1", [.. Enumerable.Range(0, cells)], 8, 2);
        int[] pins = [.. from.Facts.Cells.SelectMany(cell => cell.Cpus)];
        VmDefinition vm = GivenPins.Pinned(pins).InCells(NumaMode.Strict, [.. Enumerable.Range(0, cells).Select(cell => (30, cell))]);
        HostInventory to = GivenPins.Host("h2", ids, 8, 2);
        PinRemapping remapping = vm.Remap(from, to);
        Assert.Equal((PinRemappingVerdict.Remapped, 0), (remapping.Verdict, remapping.Losses.Count));
        Assert.Equal(ids, remapping.After.Memory.Select(binding => binding.HostCells.Single()));
        Assert.All(remapping.After.VCpus, (pin, vCpu) => Assert.Equal(ids[vCpu / 16], to.Facts.Cells.Single(cell => cell.Cpus.Contains(pin.Cpus.Single())).Id));
        Assert.Equal(pins.Length, remapping.After.VCpus.Select(pin => pin.Cpus.Single()).Distinct().Count());
    }

    [Fact]
    public void CPUs_go_to_other_cells_than_their_memory_only_at_last_and_that_is_said() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1, vCPU 2: 2, memory: strict 5 [vCPU 2 runs in other cells than cell 5, where the memory is]",
        GivenPins.Pinned(5, 6, 7).Tied(NumaMode.Strict, 1).Remap(s_from, GivenPins.Host("h2", [5, 6], 2, 1)));

    [Fact]
    public void CPUs_of_one_cell_are_spread_only_at_last_and_that_is_said() => Says(
        "Remapped: vCPU 0: 0, vCPU 1: 1, vCPU 2: 2 [vCPU 2 runs in other cells than the rest of what is in cell 1 on the source]",
        GivenPins.Pinned(5, 6, 7).Remap(s_from, GivenPins.Host("h2", [5, 6], 2, 1)));

    // Cell 0 could stay where it is, and 1 join it; but both were apart for the sake of their memory's bandwidth.
    [Fact]
    public void Cells_that_were_apart_stay_apart_rather_than_keep_their_numbers() => Says(
        "Remapped: vCPU 0: 4, vCPU 1: 0, memory of cell 0: strict 1, memory of cell 1: strict 0",
        GivenPins.Pinned(0, 4).InCells(NumaMode.Strict, (20, 0), (40, 1)).Remap(s_from, s_to.WithFree(1, Given.GiB(30))));

    [Fact]
    public void The_nearer_cells_are_taken()
    {
        HostInventory to = GivenPins.Host("h2", [4, 5, 6], 4, 1).With(facts => facts with
        {
            CellDistances = new Dictionary<(int From, int To), int> { [(4, 5)] = 32, [(4, 6)] = 32, [(5, 6)] = 11 },
        });
        Says("Remapped: memory of cell 0: strict 5, memory of cell 1: strict 6", s_untied.InCells(NumaMode.Strict, (20, 0), (20, 1)).Remap(s_from, to));
    }

    [Fact]
    public void A_cell_without_CPUs_is_nothing_to_pin_to() => Says("Remapped: vCPU 0: 4-7, memory: strict 9",
        GivenPins.Pinned((int[][])[[0, 1, 2, 3]]).Tied(NumaMode.Strict, 0).Remap(s_from, GivenPins.Host("h2", [4, 9], 4, 1).Without(0, 1, 2, 3)));

    [Fact]
    public void What_ties_the_whole_VM_lets_each_cell_have_its_own() => Says(
        "Remapped: memory: strict 4,9, memory of cell 0: strict 4, memory of cell 1: strict 9",
        (s_untied.InCells(NumaMode.Strict, (20, 0), (20, 1)) is VmDefinition vm ? vm with { NumaBindings = [new(null, NumaMode.Strict, [0, 1]), .. vm.NumaBindings] } : s_untied)
            .Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1)));

    [Theory]
    [InlineData(true, "NotDecided")]
    [InlineData(false, "Remapped")]
    public void A_host_that_tells_no_cells_counts_as_one_only_where_no_memory_is_tied(bool tied, string outcome)
    {
        HostInventory to = s_to.Without(7).With(facts => facts with { Cells = [] });
        VmDefinition vm = GivenPins.Pinned(6, 7);
        Assert.Equal(outcome, $"{(tied ? vm.Tied(NumaMode.Strict, 1) : vm).Remap(s_from, to).Verdict}");
    }

    [Fact]
    public void A_host_that_does_not_tell_its_CPUs_leaves_it_open() =>
        Assert.Equal(PinRemappingVerdict.NotDecided, GivenPins.Pinned(6).Remap(s_from, s_to.With(facts => facts with { OnlineCpus = [] })).Verdict);

    [Theory]
    [InlineData(1, "NotDecided")]
    [InlineData(0, "Impossible")]
    public void Caches_may_make_room_in_a_cell_but_nobody_tells_where_they_are(int cached, string outcome)
    {
        PinRemapping remapping = s_untied.Tied(NumaMode.Strict, 1)
            .Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1, 15).With(facts => facts with { AvailableMemory = Given.GiB(30 + cached) }));
        Assert.Equal(outcome, $"{remapping.Verdict}");
        Assert.NotEmpty(remapping.Reasons);
    }

    [Fact]
    public void Caches_count_where_memory_need_not_lie_in_its_cell() => Assert.Equal(PinRemappingVerdict.Remapped, s_untied.Tied(NumaMode.Preferred, 1)
        .Remap(s_from, GivenPins.Host("h2", [4, 9], 1, 1, 1).With(facts => facts with { AvailableMemory = Given.GiB(20) })).Verdict);

    [Theory]
    [InlineData(true, "Remapped: memory: strict 0")]
    [InlineData(false, "NotDecided: memory: strict 1")]
    public void A_cell_that_does_not_tell_its_memory_is_left_for_one_that_does(bool other, string outcome) =>
        Says(outcome, s_untied.Tied(NumaMode.Strict, 1).Remap(s_from, s_to.WithFree(1, null).WithFree(0, other ? Given.GiB(16) : null)));

    [Fact]
    public void A_source_that_tells_no_cells_is_taken_by_its_numbers() => Says("Remapped: vCPU 0: 6, vCPU 1: 4",
        GivenPins.Pinned(6, 7).Remap(s_from.With(facts => facts with { Cells = [], Cores = [] }), s_to.Without(7)));

    // Asked for every VM and every host.
    [Fact]
    public void What_stays_costs_next_to_nothing()
    {
        HostInventory from = GivenPins.Host("h1", [0, 1], 32, 2);
        HostInventory to = GivenPins.Host("h2", [0, 1], 32, 2);
        HostLoad load = GivenPins.Taken([.. Enumerable.Range(20, 10)]);
        VmDefinition vm = (GivenPins.Pinned([.. Enumerable.Range(0, 16)]) with { EmulatorPin = [16, 17] }).Tied(NumaMode.Strict, 0);
        Assert.Equal(PinRemappingVerdict.Kept, vm.Remap(from, to, load).Verdict);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int times = 0; times < 1000; times++)
        {
            _ = PinRemapper.Remap(vm, from, to, load, PlacementReservation.None);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000 * 5000);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int times = 0; times < 1000; times++)
        {
            _ = PinRemapper.Remap(s_untied, from, to, load, PlacementReservation.None);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Says(string outcome, PinRemapping remapping) => Assert.Equal(outcome, remapping.Text());
}
