using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>Small cases, all of whose assignments are gone through by a program that knows none of the tricks.</summary>
public sealed class NumaBruteForceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_asked_the_answer_is_the_one_that_all_assignments_give(int part)
    {
        int[] verdicts = new int[3];
        for (int seed = part * 5000; seed < (part + 1) * 5000; seed++)
        {
            NumaAssignmentRequest request = NumaCases.Any(new Random(seed));
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            NumaCases.AssertExact(request, result, $"seed {seed}");
            verdicts[(int)result.Verdict]++;
        }

        // A test that only ever sees one side tests nothing.
        Assert.All(verdicts, count => Assert.InRange(count, 100, 4500));
    }

    // Nine and ten virtual cells on three host cells: enough for the parts that small cases do without.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Tightly_packed_the_answer_is_the_one_that_all_assignments_give(int part)
    {
        int[] verdicts = new int[3];
        for (int seed = part * 150; seed < (part + 1) * 150; seed++)
        {
            NumaAssignmentRequest request = NumaCases.Tight(new Random(seed));
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            NumaCases.AssertExact(request, result, $"seed {seed}");
            verdicts[(int)result.Verdict]++;
        }

        Assert.InRange(verdicts[(int)NumaVerdict.Decided], 20, 130);
        Assert.Equal(0, verdicts[(int)NumaVerdict.NotDecided]);
    }

    [Fact]
    public void Whatever_the_bound_nothing_false_is_said()
    {
        int open = 0;
        int unproven = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            Random random = new(seed);
            NumaAssignmentRequest request = (seed % 10 == 0 ? NumaCases.Tight(random) : NumaCases.Any(random)) with
            {
                Bound = (long)Math.Pow(10, 4.5 * random.NextDouble()),
            };
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            NumaCases.AssertTrue(request, result, $"seed {seed}");
            open += result.Obstacle?.Kind == NumaObstacleKind.BoundReached ? 1 : 0;
            unproven += result.Verdict == NumaVerdict.Decided && !result.Optimal ? 1 : 0;
        }

        Assert.InRange(open, 20, 1000);
        Assert.InRange(unproven, 20, 1000);
    }

    [Fact]
    public void The_order_in_which_the_cells_are_named_does_not_matter()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            NumaAssignmentRequest request = NumaCases.Any(new Random(seed));
            NumaAssignmentRequest reversed = request with
            {
                VirtualCells = [.. request.VirtualCells.Reverse()],
                HostCells = [.. request.HostCells.Reverse()],
                Distances = [.. request.Distances.Reverse()],
            };
            Assert.Equal(NumaAssignment.Assign(request).ToString(), NumaAssignment.Assign(request).ToString());
            Assert.Equal(NumaAssignment.Assign(request).ToString(), NumaAssignment.Assign(reversed).ToString());
        }
    }

    [Fact]
    public void More_room_never_makes_an_answer_worse()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            NumaAssignmentRequest request = NumaCases.Any(new Random(seed));
            NumaAssignmentRequest more = request with
            {
                HostCells = [.. request.HostCells.Select(cell => cell with { FreeMemory = cell.FreeMemory is { } free ? new ByteSize(free.Bytes + NumaCases.Unit) : null })],
            };
            NumaAssignmentResult result = NumaAssignment.Assign(request);
            NumaAssignmentResult better = NumaAssignment.Assign(more);
            if (result.Verdict == NumaVerdict.Decided)
            {
                Assert.Equal(NumaVerdict.Decided, better.Verdict);
                Assert.True(better.Cost <= result.Cost, $"seed {seed}");
            }
        }
    }
}

/// <summary>Random cases, and what is true of them.</summary>
internal static class NumaCases
{
    public const long Unit = 1L << 30;

    private static readonly int[] s_distances = [10, 12, 20, 21, 32];
    private static readonly ByteSize?[] s_pages = [null, null, null, ByteSize.FromMebibytes(2), new(Unit)];

    /// <summary>Up to 5 on up to 5 (cells over several host cells on fewer), of everything.</summary>
    public static NumaAssignmentRequest Any(Random random)
    {
        int hosts = random.Next(1, 6);
        int[] ids = [.. Enumerable.Range(0, 8).OrderBy(_ => random.Next()).Take(hosts)];
        bool spans = random.Next(3) == 0;
        int cells = random.Next(1, spans ? 4 : 6);
        bool cpus = random.Next(3) == 0;
        bool pages = random.Next(3) == 0;
        bool eligible = random.Next(3) == 0;
        bool unknown = random.Next(5) == 0;
        bool preferred = random.Next(3) == 0;
        int sizes = random.Next(2, 9);
        int room = random.Next(4, 14);
        int alike = random.Next(3) == 0 ? random.Next(2, room) : -1; // as many host cells as possible that cannot be told from each other
        return new()
        {
            VirtualCells =
            [
                .. Enumerable.Range(0, cells).Select(index => new NumaVirtualCell
                {
                    Id = (index * 3) + 1,
                    Memory = new((random.Next(sizes) * Unit) + (random.Next(4) == 0 ? random.Next(3) : 0)),
                    PageSize = pages ? s_pages[random.Next(s_pages.Length)] : null,
                    Mode = preferred ? (NumaMemoryMode)random.Next(3) : (NumaMemoryMode)random.Next(2),
                    Span = spans ? random.Next(1, Math.Min(hosts, 3) + 1 + (random.Next(10) == 0 ? 1 : 0)) : 1,
                    DedicatedCpus = cpus ? random.Next(4) : 0,
                    CurrentCells = alike < 0 ? [.. Some(random, 8, random.Next(3))] : random.Next(3) == 0 ? [] : [10 + random.Next(4)],
                    AllowedCells = eligible && random.Next(2) == 0 ? [.. Some(random, 8, random.Next(9))] : null,
                }),
            ],
            HostCells =
            [
                .. ids.Select(id => new NumaCell(
                    id,
                    new(64 * Unit),
                    unknown && random.Next(3) == 0 ? null : new((alike < 0 || random.Next(8) == 0 ? random.Next(room) : alike) * Unit),
                    [.. Enumerable.Range(0, alike < 0 ? random.Next(6) : 4)],
                    pages ? [new(s_pages[3]!.Value, 8192, random.Next(6) * 512), new(new(Unit), 16, unknown && random.Next(3) == 0 ? null : random.Next(6))] : [])),
            ],
            Distances = alike < 0 && random.Next(2) == 0 ? [.. Told(random, 8)] : random.Next(2) == 0 ? [.. NumaAssignmentTests.Sockets(8, 4)] : [],
        };
    }

    /// <summary>Nine or ten on three, with little to spare.</summary>
    public static NumaAssignmentRequest Tight(Random random)
    {
        int cells = random.Next(10) == 0 ? 10 : 9;
        int[] sizes = [.. Enumerable.Range(0, cells).Select(_ => random.Next(20, 60))];
        int spare = random.Next(4);
        int third = (sizes.Sum() + spare) / 3;
        bool bound = random.Next(2) == 0;
        return new()
        {
            VirtualCells = [.. sizes.Select((size, index) => new NumaVirtualCell { Id = index, Memory = new(size), CurrentCells = bound ? [index % 4] : [] })],
            HostCells = [.. Enumerable.Range(0, 3).Select(id => new NumaCell(id, new(Unit), new(third + random.Next(-1, 3)), [], []))],
            Distances = [.. Told(random, 3)],
        };
    }

    /// <summary>That nothing false is said: what was decided fits, what was refused does not, what is called best is.</summary>
    public static void AssertTrue(NumaAssignmentRequest request, NumaAssignmentResult result, string which)
    {
        AssertFits(request, result, which);
        if (result.Verdict == NumaVerdict.Decided)
        {
            NumaCost? best = new NumaBruteForce(request, 0).Best();
            Assert.True(result.Cost >= best, $"{which}: better than the best");
            Assert.True(!result.Optimal || result.Cost == best, $"{which}: {result.Cost} is called the best, {best} is");
        }
        else if (result.Verdict == NumaVerdict.Infeasible)
        {
            Assert.True(new NumaBruteForce(request, NumaBruteForce.Endless).Best() is null, $"{which}: a false no: {result}");
        }
    }

    /// <summary>That nothing false is said, and nothing is left open that can be known.</summary>
    public static void AssertExact(NumaAssignmentRequest request, NumaAssignmentResult result, string which)
    {
        AssertFits(request, result, which);
        NumaCost? best = new NumaBruteForce(request, 0).Best();
        NumaVerdict expected = best is not null ? NumaVerdict.Decided
            : new NumaBruteForce(request, NumaBruteForce.Endless).Best() is not null ? NumaVerdict.NotDecided
            : NumaVerdict.Infeasible;
        Assert.Equal((which, expected, best, best is not null), (which, result.Verdict, result.Cost, result.Optimal));
    }

    /// <summary>That what was decided fits and costs what it says.</summary>
    public static void AssertFits(NumaAssignmentRequest request, NumaAssignmentResult result, string which = "")
    {
        if (result.Verdict != NumaVerdict.Decided)
        {
            Assert.Empty(result.Placements);
            Assert.Null(result.Cost);
            Assert.NotEmpty(result.Obstacle!.ToString());
            return;
        }

        NumaBruteForce all = new(request, 0);
        int[][] chosen = [.. request.VirtualCells.Select(cell => result.Placements.Single(placement => placement.VirtualCell == cell.Id).HostCells.Select(all.IndexOf).ToArray())];
        Assert.Null(result.Obstacle);
        Assert.Equal(request.VirtualCells.Count, result.Placements.Count);
        Assert.True(all.Fits(chosen), $"{which}: {result}");
        Assert.Equal((which, all.Cost(chosen)), (which, result.Cost!.Value));
    }

    private static int[] Some(Random random, int of, int count) => [.. Enumerable.Range(0, of).OrderBy(_ => random.Next()).Take(count)];

    private static IEnumerable<NumaDistance> Told(Random random, int cells) =>
        from one in Enumerable.Range(0, cells)
        from two in Enumerable.Range(0, cells)
        where random.Next(4) > 0
        select new NumaDistance(one, two, one == two ? 10 : s_distances[random.Next(1, s_distances.Length)]);
}

/// <summary>Goes through all assignments of a request, and knows of each whether it fits and what it costs, as the records' documentation
/// says it. Virtual and host cells are indexes in the order of the request.</summary>
internal sealed class NumaBruteForce
{
    public const long Endless = 1L << 50;

    private readonly NumaAssignmentRequest _request;
    private readonly int _hosts;
    private readonly List<ByteSize?> _sizes;
    private readonly long[][] _free;
    private readonly int[] _resource;
    private readonly long[] _demand;
    private readonly long[] _share;
    private readonly int[,] _distance;
    private readonly bool[,] _apart;
    private readonly bool _single;

    public NumaBruteForce(NumaAssignmentRequest request, long unknown)
    {
        _request = request;
        _hosts = request.HostCells.Count;
        _single = request.VirtualCells.All(cell => cell.Span == 1);
        _sizes = [.. request.VirtualCells.Select(cell => cell.PageSize).Distinct()];
        _free = [.. _sizes.Select(size => request.HostCells.Select(host => Free(host, size, unknown)).ToArray()), [.. request.HostCells.Select(host => (long)host.Cpus.Count)]];
        _resource = [.. request.VirtualCells.Select(cell => _sizes.IndexOf(cell.PageSize))];
        _demand = [.. request.VirtualCells.Select(cell => Pages(cell, 1))];
        _share = [.. request.VirtualCells.Select(cell => Pages(cell, cell.Span))];
        _distance = new int[_hosts, _hosts];
        _apart = new bool[_demand.Length, _demand.Length];
        for (int one = 0; one < _hosts; one++)
        {
            for (int two = 0; two < _hosts; two++)
            {
                _distance[one, two] = Distance(request.HostCells[one].Id, request.HostCells[two].Id);
            }
        }

        for (int one = 0; one < _demand.Length; one++)
        {
            for (int two = 0; two < _demand.Length; two++)
            {
                IReadOnlyList<int> first = request.VirtualCells[one].CurrentCells;
                IReadOnlyList<int> second = request.VirtualCells[two].CurrentCells;
                _apart[one, two] = first.Count > 0 && second.Count > 0 && !first.Intersect(second).Any();
            }
        }
    }

    public int IndexOf(int id) => _request.HostCells.Select(host => host.Id).ToList().IndexOf(id);

    /// <summary>The least cost; null: nothing fits.</summary>
    public NumaCost? Best()
    {
        NumaCost? best = null;
        int[][] chosen = new int[_demand.Length][];
        int[][][] sets = [.. _request.VirtualCells.Select(cell => Sets(cell).ToArray())];
        Next(0);
        return best;

        void Next(int index)
        {
            if (index < chosen.Length)
            {
                foreach (int[] set in sets[index])
                {
                    chosen[index] = set;
                    Next(index + 1);
                }
            }
            else if (HasRoom(chosen) && Cost(chosen) is var cost && (best is null || cost < best))
            {
                best = cost;
            }
        }
    }

    public bool Fits(int[][] chosen)
    {
        for (int cell = 0; cell < chosen.Length; cell++)
        {
            if (chosen[cell].Distinct().Count() != _request.VirtualCells[cell].Span
                || Array.Exists(chosen[cell], host => host < 0 || _request.VirtualCells[cell].AllowedCells?.Contains(_request.HostCells[host].Id) == false))
            {
                return false;
            }
        }

        return HasRoom(chosen);
    }

    private bool HasRoom(int[][] chosen)
    {
        for (int resource = 0; resource < _free.Length; resource++)
        {
            if (!HasRoom(chosen, resource))
            {
                return false;
            }
        }

        return true;
    }

    // Needs fit exactly if in no group of host cells more must lie than the group has.
    private bool HasRoom(int[][] chosen, int resource)
    {
        bool cpu = resource == _sizes.Count;
        // Where no need is split, single host cells are groups enough; 16 or 100 have too many.
        for (int group = 1; !_single && group < 1 << _hosts; group++)
        {
            long have = 0;
            for (int host = 0; host < _hosts; host++)
            {
                have += (group >> host & 1) * _free[resource][host];
            }

            for (int cell = 0; cell < chosen.Length; cell++)
            {
                int within = 0;
                foreach (int host in chosen[cell])
                {
                    within += group >> host & 1;
                }

                have -= cpu ? within == chosen[cell].Length ? _request.VirtualCells[cell].DedicatedCpus : 0
                    : _resource[cell] != resource ? 0
                    : _request.VirtualCells[cell].Mode switch
                    {
                        NumaMemoryMode.Strict => within == chosen[cell].Length ? _demand[cell] : 0,
                        NumaMemoryMode.Interleave => within * _share[cell],
                        _ => 0,
                    };
            }

            if (have < 0)
            {
                return false;
            }
        }

        for (int host = 0; _single && host < _hosts; host++)
        {
            long have = _free[resource][host];
            for (int cell = 0; cell < chosen.Length; cell++)
            {
                have -= chosen[cell][0] != host ? 0
                    : cpu ? _request.VirtualCells[cell].DedicatedCpus
                    : _resource[cell] == resource && _request.VirtualCells[cell].Mode != NumaMemoryMode.Preferred ? _demand[cell]
                    : 0;
            }

            if (have < 0)
            {
                return false;
            }
        }

        // And all must lie somewhere, what is only preferred too.
        long all = 0;
        for (int cell = 0; cell < chosen.Length; cell++)
        {
            all += _resource[cell] == resource ? _demand[cell] : 0;
        }

        return cpu || all <= _free[resource].Sum();
    }

    public NumaCost Cost(int[][] chosen)
    {
        long spill = 0;
        long left = long.MaxValue;
        for (int resource = 0; resource < _sizes.Count; resource++)
        {
            for (int host = 0; host < _hosts; host++)
            {
                long hard = 0;
                long soft = 0;
                for (int cell = 0; cell < chosen.Length; cell++)
                {
                    if (_resource[cell] == resource && Array.IndexOf(chosen[cell], host) >= 0)
                    {
                        (_request.VirtualCells[cell].Mode == NumaMemoryMode.Preferred ? ref soft : ref hard) += _share[cell];
                    }
                }

                long room = Math.Max(0, _free[resource][host] - hard);
                spill += Math.Max(0, soft - room);
                left = hard + soft > 0 ? Math.Min(left, Math.Max(0, room - soft)) : left;
            }
        }

        int moves = 0;
        int merges = 0;
        long distance = 0;
        for (int one = 0; one < chosen.Length; one++)
        {
            foreach (int id in _request.VirtualCells[one].CurrentCells)
            {
                moves += IndexOf(id) is int host and >= 0 && Array.IndexOf(chosen[one], host) < 0 ? 1 : 0;
            }

            for (int two = 0; two <= one; two++)
            {
                for (int first = 0; first < chosen[one].Length; first++)
                {
                    for (int second = 0; second < (two == one ? first : chosen[two].Length); second++)
                    {
                        distance += _distance[chosen[one][first], chosen[two][second]];
                        merges += chosen[one][first] == chosen[two][second] && _apart[one, two] ? 1 : 0;
                    }
                }
            }
        }

        return new(new(spill), moves, merges, distance, left == long.MaxValue ? null : new ByteSize(left));
    }

    private IEnumerable<int[]> Sets(NumaVirtualCell cell) =>
        from set in Enumerable.Range(0, 1 << _hosts)
        where int.PopCount(set) == cell.Span
        let hosts = Enumerable.Range(0, _hosts).Where(host => (set >> host & 1) != 0).ToArray()
        where cell.AllowedCells is null || hosts.All(host => cell.AllowedCells.Contains(_request.HostCells[host].Id))
        select hosts;

    private static long Free(NumaCell host, ByteSize? size, long unknown) =>
        size is null ? host.FreeMemory?.Bytes ?? unknown
        : host.HugePages.FirstOrDefault(pool => pool.PageSize == size) is not { } pool ? 0
        : pool.Free is { } free ? free * size.Value.Bytes
        : unknown;

    private static long Pages(NumaVirtualCell cell, int parts)
    {
        long page = cell.PageSize?.Bytes ?? 1;
        return (((cell.Memory.Bytes + page - 1) / page) + parts - 1) / parts * page;
    }

    private int Distance(int one, int two)
    {
        int[] told = [.. _request.Distances.Where(distance => (distance.From, distance.To) == (one, two) || (distance.From, distance.To) == (two, one)).Select(distance => distance.Value)];
        return told.Length > 0 ? told.Max() : one == two ? 10 : 20;
    }
}
