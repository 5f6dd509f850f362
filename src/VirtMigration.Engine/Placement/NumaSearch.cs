namespace VirtMigration.Placement;

/// <summary>What both searches share: the room that is left, how far they may go, and which host cells are known to lead nowhere.</summary>
/// <remarks>At every position a host cell is refuted when nothing was found with it. What is refuted for one position is refuted for every
/// later one that is its twin (exchange the two), and for every host cell that is its equal at that moment (exchange all that is still to
/// come), so that symmetric choices are looked at once.</remarks>
internal abstract class NumaSearch
{
    // What looking up a need takes, in steps.
    private const int Lookup = 6;

    private readonly long _bound;

    /// <summary>Starts with everything free.</summary>
    protected NumaSearch(NumaProblem problem, long bound)
    {
        Problem = problem;
        _bound = bound;
        Left = (long[])problem.Free.Clone();
        Chosen = new int[problem.Slots];
        Refuted = new bool[problem.Slots * problem.Hosts];
        Twin = new int[problem.Slots];
    }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Whether the bound was reached.</summary>
    public bool Cut { get; private set; }

    /// <summary>The host cell of each position.</summary>
    public int[] Chosen { get; }

    /// <summary>The problem.</summary>
    protected NumaProblem Problem { get; }

    /// <summary>What is left for needs that cannot be split, by resource and host cell.</summary>
    protected long[] Left { get; }

    /// <summary>Which host cells are known to lead nowhere, by position and host cell.</summary>
    protected bool[] Refuted { get; }

    /// <summary>The last earlier position that may be exchanged with a position; -1: none.</summary>
    protected int[] Twin { get; }

    /// <summary>Counts steps; false: the bound is reached.</summary>
    protected bool Step(int steps)
    {
        Steps += steps;
        Cut |= Steps > _bound;
        return !Cut;
    }

    /// <summary>Finds each position's twin.</summary>
    /// <param name="interchangeable">Whether two virtual cells that need the same are the same in all else.</param>
    protected void FindTwins(Func<int, int, bool> interchangeable)
    {
        for (int position = 0; position < Problem.Slots; position++)
        {
            int cell = Problem.CellAt[position];
            Twin[position] = -1;
            if (position > Problem.FirstOf[position])
            {
                Twin[position] = position - 1; // another slot of the same virtual cell
            }
            else if (Problem.VirtualCells[cell].Span == 1)
            {
                for (int earlier = position - 1; earlier >= 0 && Twin[position] < 0; earlier--)
                {
                    int other = Problem.CellAt[earlier];
                    Twin[position] = NeedTheSame(cell, other) && interchangeable(cell, other) ? earlier : -1;
                }
            }
        }
    }

    /// <summary>Begins a position: what is refuted for its twin is refuted for it.</summary>
    protected void Begin(int position)
    {
        Span<bool> refuted = Refuted.AsSpan(position * Problem.Hosts, Problem.Hosts);
        if (Twin[position] >= 0)
        {
            Refuted.AsSpan(Twin[position] * Problem.Hosts, Problem.Hosts).CopyTo(refuted);
        }
        else
        {
            refuted.Clear();
        }
    }

    /// <summary>Whether a host cell may take a position and has room for it.</summary>
    protected bool Takes(int position, int host)
    {
        int cell = Problem.CellAt[position];
        return Problem.Allowed[(cell * Problem.Hosts) + host]
            && Left[(Problem.MemoryOf[cell] * Problem.Hosts) + host] >= Problem.FixedMemory[position]
            && HasCpus(position, host);
    }

    /// <summary>Whether a host cell has the CPUs for a position.</summary>
    protected bool HasCpus(int position, int host) =>
        Problem.Cpu < 0 || Left[(Problem.Cpu * Problem.Hosts) + host] >= Problem.FixedCpus[position];

    /// <summary>Whether an earlier slot of the virtual cell at a position has a host cell.</summary>
    protected bool Has(int position, int host)
    {
        for (int slot = Problem.FirstOf[position]; slot < position; slot++)
        {
            if (Chosen[slot] == host)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts a position into a host cell.</summary>
    protected void Put(int position, int host)
    {
        Chosen[position] = host;
        Left[(Problem.MemoryOf[Problem.CellAt[position]] * Problem.Hosts) + host] -= Problem.FixedMemory[position];
        if (Problem.Cpu >= 0)
        {
            Left[(Problem.Cpu * Problem.Hosts) + host] -= Problem.FixedCpus[position];
        }
    }

    /// <summary>Takes it out again.</summary>
    protected void TakeBack(int position, int host)
    {
        Left[(Problem.MemoryOf[Problem.CellAt[position]] * Problem.Hosts) + host] += Problem.FixedMemory[position];
        if (Problem.Cpu >= 0)
        {
            Left[(Problem.Cpu * Problem.Hosts) + host] += Problem.FixedCpus[position];
        }
    }

    /// <summary>Whether what may be split fits, once a virtual cell has all its host cells.</summary>
    protected bool SplitsFit(int position)
    {
        if (!Problem.HasSplit || !Problem.IsLast(position))
        {
            return true;
        }

        for (int resource = 0; resource < Problem.Resources; resource++)
        {
            if (Problem.SplitBefore[(resource * (Problem.Slots + 1)) + position + 1] > 0)
            {
                Step(Problem.Slots * Problem.Hosts);
                if (!NumaSplit.Fits(Problem, resource, Chosen, position, Left.AsSpan(resource * Problem.Hosts, Problem.Hosts)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether the sums leave room for a position and those after it. A host cell with less than the smallest need is of no use,
    /// and one that takes only one more is worth the largest need that fits.</summary>
    protected bool HasRoom(int position)
    {
        for (int resource = 0; resource < Problem.Resources; resource++)
        {
            int row = resource * (Problem.Slots + 1);
            if (Problem.Remaining[row + position] > 0
                && !HasRoom(resource, position, NumaProblem.Add(Problem.Remaining[row + position], Problem.SplitBefore[row + position])))
            {
                return false;
            }
        }

        return true;
    }

    private bool HasRoom(int resource, int position, long need)
    {
        // What was placed and may be split can use any rest.
        int row = resource * (Problem.Slots + 1);
        long smallest = Problem.SplitBefore[row + position] > 0 ? 1 : Problem.Smallest[row + position];
        bool descending = Problem.Descending[resource];
        foreach (long left in Left.AsSpan(resource * Problem.Hosts, Problem.Hosts))
        {
            if (left >= smallest)
            {
                long use = left;
                if (descending && left - smallest < smallest)
                {
                    use = LargestWithin(resource, position, left);
                    Steps += Lookup;
                }

                if (use >= need)
                {
                    return true;
                }

                need -= use;
            }
        }

        return false;
    }

    // There is one, and the needs descend.
    private long LargestWithin(int resource, int position, long left)
    {
        ReadOnlySpan<long> needs = Problem.NextNeed.AsSpan((resource * Problem.Slots) + position, Problem.Slots - position);
        int first = 0;
        for (int last = needs.Length - 1; first < last;)
        {
            int middle = (first + last) / 2;
            (first, last) = needs[middle] > left ? (middle + 1, last) : (first, middle);
        }

        return needs[first];
    }

    private bool NeedTheSame(int one, int other) =>
        Problem.VirtualCells[other].Span == 1
        && Problem.MemoryOf[one] == Problem.MemoryOf[other]
        && Problem.Demand[one] == Problem.Demand[other]
        && Problem.VirtualCells[one].DedicatedCpus == Problem.VirtualCells[other].DedicatedCpus
        && Problem.IsHard(one) == Problem.IsHard(other)
        && Problem.Allowed.AsSpan(one * Problem.Hosts, Problem.Hosts)
            .SequenceEqual(Problem.Allowed.AsSpan(other * Problem.Hosts, Problem.Hosts));
}
