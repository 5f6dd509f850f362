namespace VirtMigration.Placement;

/// <summary>Looks for the best assignment, or for the proof that the best one found is it: branch and bound.</summary>
internal sealed class NumaOptimum : NumaSearch
{
    private readonly NumaObjective _objective;
    private readonly long[] _weight;
    private readonly long[] _room;
    private readonly long[] _near;
    private readonly long[] _pairs;
    private readonly int[] _used;
    private readonly int[] _kind;
    private readonly Choice[] _choices;

    /// <summary>A search through a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="objective">What to go by.</param>
    /// <param name="known">An assignment that fits.</param>
    /// <param name="bound">How many steps to take.</param>
    public NumaOptimum(NumaProblem problem, NumaObjective objective, int[] known, long bound)
        : base(problem, bound)
    {
        _objective = objective;
        Best = (int[])known.Clone();
        Cost = objective.Of(known);
        _weight = (long[])objective.Weight.Clone();
        _room = (long[])problem.Free.Clone();
        _near = new long[problem.Hosts];
        _pairs = Pairs();
        _used = new int[problem.Hosts];
        _kind = Kinds();
        _choices = new Choice[problem.Slots * problem.Hosts];
        FindTwins(AreAlike);
    }

    /// <summary>The best assignment found, by position.</summary>
    public int[] Best { get; private set; }

    /// <summary>What it costs.</summary>
    public (long Spill, long Cost, long Left) Cost { get; private set; }

    /// <summary>What no assignment can be better than; a spill of -1: not known.</summary>
    public (long Spill, long Cost, long Left) LowerBound { get; private set; } = (-1, 0, 0);

    /// <summary>Searches. If it was not cut, <see cref="Best"/> is proven.</summary>
    public void Find() => Find(0, 0, 0, long.MaxValue);

    /// <summary>Takes a better assignment that was found elsewhere.</summary>
    public void Offer(int[] known)
    {
        (long spill, long cost, long left) = _objective.Of(known);
        if (IsBetter(spill, cost, left))
        {
            Best = (int[])known.Clone();
            Cost = (spill, cost, left);
        }
    }

    private void Find(int position, long spill, long cost, long left)
    {
        if (position == Problem.Slots)
        {
            if (IsBetter(spill, cost, left))
            {
                Chosen.CopyTo(Best, 0);
                Cost = (spill, cost, left);
            }

            return;
        }

        if (!Step((Problem.Slots - position) * Problem.Hosts) || !HasRoom(position))
        {
            return;
        }

        // The least that the positions after this one add, each by itself, and what would be left where each is at its least.
        long restSpill = 0;
        long restCost = _pairs[position];
        long restLeft = long.MaxValue;
        for (int later = position + 1; later < Problem.Slots; later++)
        {
            (long leastSpill, long leastCost, long mostLeft) = Least(later);
            if (leastCost >= NumaObjective.Barred)
            {
                return;
            }

            restSpill += leastSpill;
            restCost += leastCost;
            restLeft = Math.Min(restLeft, mostLeft);
        }

        Begin(position);
        int start = position * Problem.Hosts;
        int count = Choices(position);
        if (position == 0 && count > 0)
        {
            LowerBound = (restSpill + _choices[0].Spill, restCost + _choices[0].Cost, Math.Min(restLeft, _choices[0].Left));
        }

        for (int index = start; index < start + count; index++)
        {
            Choice choice = _choices[index];
            if (!IsBetter(spill + choice.Spill + restSpill, cost + choice.Cost + restCost, Math.Min(left, Math.Min(choice.Left, restLeft))))
            {
                return; // the choices that follow are no better
            }

            if (Refuted[start + choice.Host])
            {
                continue;
            }

            PutInto(position, choice.Host);
            if (SplitsFit(position))
            {
                Find(position + 1, spill + choice.Spill, cost + choice.Cost, Math.Min(left, choice.Left));
            }

            TakeBackFrom(position, choice.Host);
            if (Cut)
            {
                return;
            }

            Refute(position, choice.Host);
        }
    }

    private bool IsBetter(long spill, long cost, long left) =>
        spill != Cost.Spill ? spill < Cost.Spill : cost != Cost.Cost ? cost < Cost.Cost : left > Cost.Left;

    // The most that is left counts only where both others are at their least, for it decides only between assignments equal in both.
    private (long Spill, long Cost, long Left) Least(int position)
    {
        int memory = Problem.MemoryOf[Problem.CellAt[position]] * Problem.Hosts;
        ReadOnlySpan<long> weights = _weight.AsSpan(position * Problem.Hosts, Problem.Hosts);
        ReadOnlySpan<long> near = _near.AsSpan(0, weights.Length);
        ReadOnlySpan<long> rooms = _room.AsSpan(memory, weights.Length);
        ReadOnlySpan<long> left = Left.AsSpan(memory, weights.Length);
        long need = Problem.FixedMemory[position];
        bool cpus = Problem.FixedCpus[position] > 0;
        long cost = NumaObjective.Barred;
        long room = 0;
        long widest = 0;
        for (int host = 0; host < weights.Length; host++)
        {
            long weight = weights[host] + near[host];
            if (weight < NumaObjective.Barred && left[host] >= need && (!cpus || HasCpus(position, host)))
            {
                widest = Math.Max(widest, rooms[host]);
                if (weight < cost || (weight == cost && rooms[host] > room))
                {
                    cost = weight;
                    room = rooms[host];
                }
            }
        }

        return (_objective.Spill(position, widest), cost, _objective.LeftOf(position, room));
    }

    // The best first; of equals the lowest id.
    private int Choices(int position)
    {
        int memory = Problem.MemoryOf[Problem.CellAt[position]] * Problem.Hosts;
        int start = position * Problem.Hosts;
        long need = Problem.FixedMemory[position];
        int count = 0;
        for (int host = 0; host < Problem.Hosts; host++)
        {
            long weight = _weight[start + host] + _near[host];
            if (weight < NumaObjective.Barred && Left[memory + host] >= need && HasCpus(position, host))
            {
                long room = _room[memory + host];
                Choice choice = new(host, _objective.Spill(position, room), weight, _objective.LeftOf(position, room));
                int at = start + count++;
                for (; at > start && choice.IsBefore(_choices[at - 1]); at--)
                {
                    _choices[at] = _choices[at - 1];
                }

                _choices[at] = choice;
            }
        }

        return count;
    }

    private void PutInto(int position, int host)
    {
        Put(position, host);
        Weigh(position, host, 1);
    }

    private void TakeBackFrom(int position, int host)
    {
        TakeBack(position, host);
        Weigh(position, host, -1);
    }

    // What a position in a host cell means for the positions after it.
    private void Weigh(int position, int host, int sign)
    {
        int cell = Problem.CellAt[position];
        _used[host] += sign;
        _room[(Problem.MemoryOf[cell] * Problem.Hosts) + host] -= sign * Problem.Share[cell];
        for (int other = 0; other < Problem.Hosts; other++)
        {
            _near[other] += sign * _objective.Distance[(host * Problem.Hosts) + other];
        }

        for (int later = position + 1; later < Problem.Slots; later++)
        {
            int other = Problem.CellAt[later];
            if (other == cell || _objective.Apart[(cell * Problem.Cells) + other])
            {
                _weight[(later * Problem.Hosts) + host] += sign * (other == cell ? NumaObjective.Barred : _objective.Merge);
            }
        }
    }

    private void Refute(int position, int host)
    {
        int start = position * Problem.Hosts;
        Refuted[start + host] = true;
        for (int other = 0; _used[host] == 0 && other < Problem.Hosts; other++)
        {
            Refuted[start + other] |= _used[other] == 0 && _kind[other] == _kind[host];
        }
    }

    // The least that the distances and merges between a position and those after it come to, whatever their host cells.
    private long[] Pairs()
    {
        long same = long.MaxValue;
        long different = long.MaxValue;
        for (int index = 0; index < _objective.Distance.Length; index++)
        {
            if (index / Problem.Hosts == index % Problem.Hosts)
            {
                same = Math.Min(same, _objective.Distance[index]);
            }
            else
            {
                different = Math.Min(different, _objective.Distance[index]);
            }
        }

        long[] pairs = new long[Problem.Slots + 1];
        for (int position = Problem.Slots - 1; position >= 0; position--)
        {
            pairs[position] = pairs[position + 1];
            int cell = Problem.CellAt[position];
            for (int later = position + 1; later < Problem.Slots; later++)
            {
                int other = Problem.CellAt[later];
                bool apart = _objective.Apart[(cell * Problem.Cells) + other];
                pairs[position] += other == cell ? different : Math.Min(different, apart ? same + _objective.Merge : same);
            }
        }

        return pairs;
    }

    // Host cells of one kind can change names without any difference to the problem.
    private int[] Kinds()
    {
        int[] kinds = new int[Problem.Hosts];
        for (int host = 0; host < kinds.Length; host++)
        {
            while (kinds[host] < host && !(kinds[kinds[host]] == kinds[host] && AreAlikeHosts(host, kinds[host])))
            {
                kinds[host]++;
            }
        }

        return kinds;
    }

    private bool AreAlikeHosts(int one, int other)
    {
        int hosts = Problem.Hosts;
        for (int row = 0; row < Problem.Free.Length; row += hosts)
        {
            if (Problem.Free[row + one] != Problem.Free[row + other])
            {
                return false;
            }
        }

        for (int row = 0; row < Problem.Allowed.Length; row += hosts)
        {
            if (Problem.Allowed[row + one] != Problem.Allowed[row + other] || Problem.Current[row + one] != Problem.Current[row + other])
            {
                return false;
            }
        }

        for (int host = 0; host < hosts; host++)
        {
            int to = host == one ? other : host == other ? one : host;
            if (_objective.Distance[(one * hosts) + host] != _objective.Distance[(other * hosts) + to])
            {
                return false;
            }
        }

        return true;
    }

    private bool AreAlike(int one, int other)
    {
        Span<bool> current = Problem.Current.AsSpan(one * Problem.Hosts, Problem.Hosts);
        if (!current.SequenceEqual(Problem.Current.AsSpan(other * Problem.Hosts, Problem.Hosts)))
        {
            return false;
        }

        for (int cell = 0; cell < Problem.Cells; cell++)
        {
            if (cell != one && cell != other
                && _objective.Apart[(one * Problem.Cells) + cell] != _objective.Apart[(other * Problem.Cells) + cell])
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Choice(int Host, long Spill, long Cost, long Left)
    {
        public bool IsBefore(Choice other) =>
            Spill != other.Spill ? Spill < other.Spill : Cost != other.Cost ? Cost < other.Cost : Left > other.Left;
    }
}
