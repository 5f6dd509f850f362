using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What an assignment costs, as three numbers in order: the spill, one that holds moves, merges and distance, and the least that
/// is left (more is better).</summary>
internal sealed class NumaObjective
{
    /// <summary>The weight of a host cell that a virtual cell must not have: above all real costs, and two of them still add up.</summary>
    public const long Barred = 1L << 61;

    private readonly NumaProblem _problem;
    private readonly int _staying;

    /// <summary>The objective of a problem.</summary>
    public NumaObjective(NumaProblem problem, IReadOnlyList<NumaDistance> distances)
    {
        _problem = problem;
        Distance = Distances(distances);
        Apart = new bool[problem.Cells * problem.Cells];
        FindApart();

        // Each weight is more than all that comes after it can add up to.
        long pairs = (long)problem.Slots * (problem.Slots - 1) / 2;
        Merge = (pairs * NumaDistance.Farthest) + 1;
        Move = Merge * (pairs + 1);
        Weight = new long[problem.Slots * problem.Hosts];
        _staying = WeighMoves();
    }

    /// <summary>The most slots for which the weights fit into a number: far more than QEMU's 128 cells and any host need.</summary>
    public static int MostSlots => 2048;

    /// <summary>The distances between host cells, the longer of both directions.</summary>
    public int[] Distance { get; }

    /// <summary>Whether two virtual cells are on different host cells on the source.</summary>
    public bool[] Apart { get; }

    /// <summary>The weight of a merge.</summary>
    public long Merge { get; }

    /// <summary>The weight of a move.</summary>
    public long Move { get; }

    /// <summary>What each position costs in each host cell by itself.</summary>
    public long[] Weight { get; }

    /// <summary>What memory of a position would spill in a host cell with this much room.</summary>
    public long Spill(int position, long room) =>
        _problem.IsHard(_problem.CellAt[position]) ? 0 : Math.Max(0, _problem.Share[_problem.CellAt[position]] - Math.Max(0, room));

    /// <summary>What would be left of this much room with a position.</summary>
    public long LeftOf(int position, long room) =>
        _problem.Share[_problem.CellAt[position]] is long share and > 0 ? Math.Max(0, room - share) : long.MaxValue;

    /// <summary>The cost of an assignment.</summary>
    public (long Spill, long Cost, long Left) Of(int[] chosen)
    {
        long[] room = (long[])_problem.Free.Clone();
        long spill = 0;
        long cost = 0;
        long left = long.MaxValue;
        for (int position = 0; position < chosen.Length; position++)
        {
            int cell = _problem.CellAt[position];
            int host = chosen[position];
            ref long rest = ref room[(_problem.MemoryOf[cell] * _problem.Hosts) + host];
            spill += Spill(position, rest);
            left = Math.Min(left, LeftOf(position, rest));
            rest -= _problem.Share[cell];
            cost += Weight[(position * _problem.Hosts) + host];
            for (int earlier = 0; earlier < position; earlier++)
            {
                cost += Distance[(host * _problem.Hosts) + chosen[earlier]];
                cost += chosen[earlier] == host && Apart[(cell * _problem.Cells) + _problem.CellAt[earlier]] ? Merge : 0;
            }
        }

        return (spill, cost, left);
    }

    /// <summary>The three numbers in words that are read.</summary>
    public NumaCost Read(long spill, long cost, long left) => new(
        new(spill),
        (int)(cost / Move) + _staying,
        (int)(cost % Move / Merge),
        cost % Merge,
        left == long.MaxValue ? null : new ByteSize(left));

    private int[] Distances(IReadOnlyList<NumaDistance> told)
    {
        int hosts = _problem.Hosts;
        int[] distances = new int[hosts * hosts];
        foreach (NumaDistance one in told)
        {
            int from = _problem.IndexOf(one.From);
            int to = _problem.IndexOf(one.To);
            if (from >= 0 && to >= 0)
            {
                int value = Math.Clamp(one.Value, 0, NumaDistance.Farthest);
                distances[(from * hosts) + to] = Math.Max(distances[(from * hosts) + to], value);
                distances[(to * hosts) + from] = distances[(from * hosts) + to];
            }
        }

        for (int index = 0; index < distances.Length; index++)
        {
            if (distances[index] == 0)
            {
                distances[index] = index / hosts == index % hosts ? NumaDistance.Local : NumaDistance.Remote;
            }
        }

        return distances;
    }

    private void FindApart()
    {
        for (int one = 0; one < _problem.Cells; one++)
        {
            for (int other = 0; other < one; other++)
            {
                bool apart = AreApart(_problem.VirtualCells[one].CurrentCells, _problem.VirtualCells[other].CurrentCells);
                Apart[(one * _problem.Cells) + other] = apart;
                Apart[(other * _problem.Cells) + one] = apart;
            }
        }
    }

    private static bool AreApart(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        for (int index = 0; index < one.Count; index++)
        {
            for (int next = 0; next < other.Count; next++)
            {
                if (one[index] == other[next])
                {
                    return false;
                }
            }
        }

        return one.Count > 0 && other.Count > 0;
    }

    // A slot anywhere but in a host cell that its virtual cell is on costs a move. Where a virtual cell has more slots than the host has
    // of its cells, or fewer, that is off by a number that no assignment changes; it is returned.
    private int WeighMoves()
    {
        int staying = 0;
        for (int position = 0; position < _problem.Slots; position++)
        {
            int row = _problem.CellAt[position] * _problem.Hosts;
            int there = _problem.Current.AsSpan(row, _problem.Hosts).Count(true);
            for (int host = 0; host < _problem.Hosts; host++)
            {
                Weight[(position * _problem.Hosts) + host] =
                    !_problem.Allowed[row + host] ? Barred : there > 0 && !_problem.Current[row + host] ? Move : 0;
            }

            if (there > 0 && position == _problem.FirstOf[position])
            {
                staying += there - _problem.VirtualCells[_problem.CellAt[position]].Span;
            }
        }

        return staying;
    }
}
