using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>Cases on which a plain search never ends. What is known of them is how they were made.</summary>
public sealed class NumaAdversaryTests
{
    private const int Seeds = 12;

    // Each host cell was filled to the last byte, or with a little to spare, and the pieces were shuffled: there is a way.
    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 0)]
    [InlineData(4, 100)]
    [InlineData(4, 1000)]
    public void Pieces_that_filled_their_host_cells_are_never_refused(int pieces, int spare)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            long[] sizes = [.. Enumerable.Range(0, 16).SelectMany(_ => Pieces(random, 100_000, pieces))];
            random.Shuffle(sizes);
            NumaAssignmentRequest request = Request(sizes, [.. Enumerable.Repeat(100_000L + spare, 16)]);
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            Assert.NotEqual(NumaVerdict.Infeasible, result.Verdict);
            NumaCases.AssertFits(request, result);
            Assert.True(spare < 1000 || result.Verdict == NumaVerdict.Decided, $"seed {seed}: {result}");
        }
    }

    // 33 of just over a third: two to a host cell, and one too many. No sum shows it.
    [Fact]
    public void A_third_and_a_bit_once_too_often_is_refused_at_once()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            long[] thirds = [.. Enumerable.Range(0, 33).Select(_ => 30_000 + random.NextInt64(1, 300))];
            long[] crumbs = [.. Enumerable.Range(0, 31).Select(_ => random.NextInt64(100, 900))];
            NumaAssignmentResult result = NumaAssignment.Assign(Request([.. crumbs, .. thirds], [.. Enumerable.Repeat(90_000L, 16)]));
            Assert.Equal((NumaVerdict.Infeasible, NumaObstacleKind.NoCombination, 0L), (result.Verdict, result.Obstacle!.Kind, result.Steps));
            NumaAssignmentRequest fewer = Request([.. crumbs, .. thirds[1..]], [.. Enumerable.Repeat(90_000L, 16)]);
            Assert.Equal(NumaVerdict.Decided, NumaAssignment.Assign(fewer).Verdict);
            NumaCases.AssertFits(fewer, NumaAssignment.Assign(fewer));
        }
    }

    // Halves that filled their host cells in pairs, and one unit taken from one and given to another: only the same pairs could do.
    [Fact]
    public void Halves_that_miss_each_other_by_one_are_refused()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            long[] large = [.. Enumerable.Range(0, 16).Select(index => 50_001L + (index * 300) + seed)];
            long[] small = [.. large.Select(size => 100_000 - size)];
            Assert.Equal(NumaVerdict.Decided, NumaAssignment.Assign(Request([.. large, .. small], [.. Enumerable.Repeat(100_000L, 16)])).Verdict);
            small[seed]++;
            small[(seed + 1) % 16]--;
            Assert.Equal(NumaVerdict.Infeasible, NumaAssignment.Assign(Request([.. large, .. small], [.. Enumerable.Repeat(100_000L, 16)])).Verdict);
        }
    }

    [Fact]
    public void Equal_cells_are_looked_at_once()
    {
        NumaAssignmentResult full = NumaAssignment.Assign(Request([.. Enumerable.Repeat(7L, 64)], [.. Enumerable.Repeat(28L, 16)]));
        Assert.Equal(NumaVerdict.Decided, full.Verdict);

        // What is left beside a 7 in a host cell of 10 is lost, and then the rest is too much. Neither sums nor counts show it.
        long[] sizes = [.. Enumerable.Repeat(7L, 8), .. Enumerable.Repeat(5L, 8), .. Enumerable.Repeat(4L, 16)];
        NumaAssignmentResult none = NumaAssignment.Assign(Request(sizes, [.. Enumerable.Repeat(10L, 16)]));
        Assert.Equal(NumaVerdict.Infeasible, none.Verdict);
        Assert.InRange(none.Steps, 1, 1000);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(97)]
    public void Random_sizes_are_decided_and_keep_most_ids(int percent)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            long[] free = [.. Enumerable.Range(0, 16).Select(_ => random.NextInt64(65_536, 262_144))];
            double[] parts = [.. Enumerable.Range(0, 64).Select(_ => 0.1 + random.NextDouble())];
            NumaAssignmentRequest request = Request([.. parts.Select(part => (long)(free.Sum() * percent / 100 * part / parts.Sum()))], free);
            request = request with
            {
                VirtualCells = [.. request.VirtualCells.Select(cell => cell with { CurrentCells = [cell.Id % 16] })],
                Distances = [.. NumaAssignmentTests.Sockets(16, 4)],
            };
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            Assert.Equal(NumaVerdict.Decided, result.Verdict);
            NumaCases.AssertFits(request, result);
            Assert.InRange(result.Cost!.Value.Moves, 0, percent == 60 ? 8 : percent == 90 ? 20 : 40);
        }
    }

    [Fact]
    public void Memory_and_cpus_together_are_decided()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            NumaAssignmentRequest request = Request([.. Enumerable.Range(0, 64).Select(_ => random.NextInt64(10_000, 35_000))], [.. Enumerable.Repeat(100_000L, 16)]);
            request = request with
            {
                VirtualCells = [.. request.VirtualCells.Select(cell => cell with { DedicatedCpus = 1 + (cell.Id % 5) })],
                HostCells = [.. request.HostCells.Select(host => host with { Cpus = [.. Enumerable.Range(0, 14)] })],
            };
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            Assert.Equal(NumaVerdict.Decided, result.Verdict);
            NumaCases.AssertFits(request, result);
        }
    }

    // Random numbers that add up to exactly what is free: nobody knows.
    [Fact]
    public void A_partition_nobody_can_find_is_left_open_in_bounded_steps()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            long[] sizes = [.. Enumerable.Range(0, 64).Select(_ => random.NextInt64(1000, 60_000))];
            sizes[0] += 16 - (sizes.Sum() % 16);
            NumaAssignmentRequest request = Request(sizes, [.. Enumerable.Repeat(sizes.Sum() / 16, 16)]);
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            NumaCases.AssertFits(request, result);
            Assert.InRange(result.Steps, 0, NumaAssignment.DefaultBound * 11 / 10);
            Assert.Equal(result.ToString(), NumaAssignment.Assign(request).ToString());
        }
    }

    [Fact]
    public void More_than_64_host_cells_work_too()
    {
        NumaAssignmentRequest request = Request([.. Enumerable.Range(0, 100).Select(index => 50L + (index % 7))], [.. Enumerable.Repeat(100L, 100)]);
        request = request with { VirtualCells = [.. request.VirtualCells.Select(cell => cell with { CurrentCells = [cell.Id] })] };
        NumaAssignmentResult result = NumaAssignment.Assign(request);
        Assert.Equal((NumaVerdict.Decided, true, 0), (result.Verdict, result.Optimal, result.Cost!.Value.Moves));
        NumaCases.AssertFits(request, result);
        NumaAssignmentRequest last = request with { VirtualCells = [request.VirtualCells[0] with { CurrentCells = [99], AllowedCells = [99, 98] }] };
        Assert.Equal([99], NumaAssignment.Assign(last).Placements[0].HostCells);
        NumaAssignmentRequest wide = request with { VirtualCells = [request.VirtualCells[0] with { Memory = new(9_999), Span = 100 }] };
        Assert.Equal(NumaVerdict.Decided, NumaAssignment.Assign(wide).Verdict);
    }

    [Fact]
    public void More_slots_than_are_tried_are_left_open()
    {
        NumaAssignmentRequest request = Request([.. Enumerable.Repeat(100L, 33)], [.. Enumerable.Repeat(1000L, 64)]);
        request = request with { VirtualCells = [.. request.VirtualCells.Select(cell => cell with { Span = 64, Mode = NumaMemoryMode.Interleave })] };
        Assert.Equal(NumaObstacleKind.BoundReached, NumaAssignment.Assign(request).Obstacle!.Kind);
        NumaAssignmentRequest fewer = request with { VirtualCells = [.. request.VirtualCells.Skip(1)] };
        Assert.Equal(NumaVerdict.Decided, NumaAssignment.Assign(fewer).Verdict);
    }

    private static NumaAssignmentRequest Request(long[] sizes, long[] free) => new()
    {
        VirtualCells = [.. sizes.Select((size, id) => new NumaVirtualCell { Id = id, Memory = new(size) })],
        HostCells = [.. free.Select((size, id) => new NumaCell(id, new(size), new(size), [], []))],
    };

    private static long[] Pieces(Random random, long whole, int count)
    {
        while (true)
        {
            long[] cuts = [0, .. Enumerable.Range(1, count - 1).Select(_ => random.NextInt64(1, whole)).Order(), whole];
            long[] pieces = [.. cuts.Skip(1).Zip(cuts, (end, start) => end - start)];
            if (pieces.Min() > whole / 8)
            {
                return pieces;
            }
        }
    }
}
