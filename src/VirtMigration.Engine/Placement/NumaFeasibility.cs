namespace VirtMigration.Placement;

/// <summary>Looks for any assignment that fits, or for the proof that there is none: depth first, the largest first, each into the fullest
/// host cell that takes it.</summary>
internal sealed class NumaFeasibility : NumaSearch
{
    private readonly int[] _order;
    private readonly int[] _group;
    private readonly bool _plain;

    /// <summary>A search through a problem.</summary>
    public NumaFeasibility(NumaProblem problem, long bound)
        : base(problem, bound)
    {
        _order = new int[problem.Slots * problem.Hosts];
        _group = new int[problem.Hosts];
        bool oneGroup = GroupHosts();
        _plain = oneGroup && problem.Cpu < 0 && problem.Resources == 1 && problem.Descending[0] && problem.Slots == problem.Cells;
        FindTwins(static (_, _) => true);
    }

    /// <summary>Whether it found one, now in <see cref="NumaSearch.Chosen"/>. If it did not and was not cut, there is none.</summary>
    public bool Find() => Find(0);

    private bool Find(int position)
    {
        if (position == Problem.Slots)
        {
            return true;
        }

        if (!Step(Problem.Hosts) || !HasRoom(position))
        {
            return false;
        }

        Begin(position);
        int start = position * Problem.Hosts;
        int count = Candidates(position);
        for (int index = start; index < start + count; index++)
        {
            int host = _order[index];
            if (Refuted[start + host])
            {
                continue;
            }

            Put(position, host);
            if (SplitsFit(position) && Find(position + 1))
            {
                return true;
            }

            TakeBack(position, host);
            if (Cut)
            {
                return false;
            }

            Refute(position, host);
        }

        return false;
    }

    // The fullest first; of equals the lowest id.
    private int Candidates(int position)
    {
        int start = position * Problem.Hosts;
        int row = Row(position);
        int count = 0;
        for (int host = 0; host < Problem.Hosts; host++)
        {
            if (Takes(position, host) && !Has(position, host))
            {
                int at = start + count++;
                for (; at > start && Left[row + _order[at - 1]] > Left[row + host]; at--)
                {
                    _order[at] = _order[at - 1];
                }

                _order[at] = host;
            }
        }

        return count > 1 && _plain && Dominates(position, Left[row + _order[start]]) ? 1 : count;
    }

    // Whether nothing can be gained by putting a position elsewhere than into a host cell with this much left: whatever is put there
    // instead would fit where the position is put. So it is where the position fills it, and where it takes only one more at all.
    private bool Dominates(int position, long left) =>
        Problem.FixedMemory[position] is long need and > 0
        && (left == need || left - Problem.Smallest[position] < Problem.Smallest[position]);

    private int Row(int position) =>
        Problem.Hosts * (Problem.FixedMemory[position] > 0 || Problem.Cpu < 0 ? Problem.MemoryOf[Problem.CellAt[position]] : Problem.Cpu);

    private void Refute(int position, int host)
    {
        int start = position * Problem.Hosts;
        Refuted[start + host] = true;
        for (int other = 0; other < Problem.Hosts; other++)
        {
            if (!Refuted[start + other] && AreEqual(position, host, other))
            {
                Refuted[start + other] = true;
            }
        }
    }

    private bool AreEqual(int position, int host, int other)
    {
        if (_group[host] != _group[other])
        {
            return false;
        }

        for (int row = 0; row < Left.Length; row += Problem.Hosts)
        {
            if (Left[row + host] != Left[row + other])
            {
                return false;
            }
        }

        return !Problem.HasSplit || AreInTheSame(position, host, other);
    }

    // What was placed and may be split can still be moved from one of its host cells to another.
    private bool AreInTheSame(int position, int host, int other)
    {
        for (int first = 0; first < Problem.FirstOf[position];)
        {
            int cell = Problem.CellAt[first];
            bool one = false;
            bool two = false;
            for (; first < position && Problem.CellAt[first] == cell; first++)
            {
                one |= Chosen[first] == host;
                two |= Chosen[first] == other;
            }

            if (one != two)
            {
                return false;
            }
        }

        return true;
    }

    // Host cells that the same virtual cells may have. Returns whether that is all of them.
    private bool GroupHosts()
    {
        bool all = true;
        for (int host = 0; host < Problem.Hosts; host++)
        {
            int group = 0;
            while (!AllowTheSame(host, group))
            {
                group++;
            }

            _group[host] = group;
            all &= group == 0;
        }

        return all;
    }

    private bool AllowTheSame(int host, int other)
    {
        for (int row = 0; row < Problem.Allowed.Length; row += Problem.Hosts)
        {
            if (Problem.Allowed[row + host] != Problem.Allowed[row + other])
            {
                return false;
            }
        }

        return true;
    }
}
