namespace VirtMigration.Placement;

/// <summary>Makes a good assignment better where there are too many to look at all: one virtual cell moves, or two change places, as long
/// as that gains anything in moves, merges or distance. Cells over several host cells and preferred ones stay.</summary>
internal sealed class NumaPolish
{
    // Mostly three are enough.
    private const int Rounds = 20;

    private readonly NumaProblem _problem;
    private readonly NumaObjective _objective;
    private readonly int[] _chosen;
    private readonly long[] _left;
    private readonly long[] _near;
    private readonly long[] _weight;

    private NumaPolish(NumaProblem problem, NumaObjective objective, int[] chosen)
    {
        _problem = problem;
        _objective = objective;
        _chosen = (int[])chosen.Clone();
        _left = (long[])problem.Free.Clone();
        _near = new long[problem.Hosts];
        _weight = (long[])objective.Weight.Clone();
        for (int position = 0; position < _chosen.Length; position++)
        {
            Put(position, chosen[position], 1);
        }
    }

    /// <summary>An assignment that is at least as good in moves, merges and distance, and fits.</summary>
    public static int[] Improve(NumaProblem problem, NumaObjective objective, int[] chosen)
    {
        if (problem.HasSplit)
        {
            return chosen;
        }

        NumaPolish polish = new(problem, objective, chosen);
        for (int round = 0; round < Rounds && (polish.Move() | polish.Exchange()); round++)
        {
            // until nothing is gained any more
        }

        return polish._chosen;
    }

    private bool Move()
    {
        bool gained = false;
        for (int position = 0; position < _chosen.Length; position++)
        {
            for (int host = 0; IsMovable(position) && host < _problem.Hosts; host++)
            {
                int from = _chosen[position];
                int[] distance = _objective.Distance;
                long before = _weight[At(position, from)] + _near[from] - distance[(from * _problem.Hosts) + from];
                long after = _weight[At(position, host)] + _near[host] - distance[(host * _problem.Hosts) + from];
                if (host != from && after < before && HasRoom(position, host, -1))
                {
                    Put(position, from, -1);
                    Put(position, host, 1);
                    gained = true;
                }
            }
        }

        return gained;
    }

    // Distances do not change with it, since the same host cells stay chosen.
    private bool Exchange()
    {
        bool gained = false;
        for (int one = 0; one < _chosen.Length; one++)
        {
            for (int other = 0; IsMovable(one) && other < one; other++)
            {
                int from = _chosen[one];
                int to = _chosen[other];
                if (from == to || !IsMovable(other))
                {
                    continue;
                }

                bool apart = _objective.Apart[(_problem.CellAt[one] * _problem.Cells) + _problem.CellAt[other]];
                long before = _weight[At(one, from)] + _weight[At(other, to)];
                long after = _weight[At(one, to)] + _weight[At(other, from)] - (apart ? 2 * _objective.Merge : 0);
                if (after < before && HasRoom(one, to, other) && HasRoom(other, from, one))
                {
                    Put(one, from, -1);
                    Put(other, to, -1);
                    Put(one, to, 1);
                    Put(other, from, 1);
                    gained = true;
                }
            }
        }

        return gained;
    }

    private int At(int position, int host) => (position * _problem.Hosts) + host;

    private bool IsMovable(int position) =>
        _problem.VirtualCells[_problem.CellAt[position]] is { Span: 1 } && _problem.IsHard(_problem.CellAt[position]);

    // Whether a host cell has room for a position once another (-1: none) has left it.
    private bool HasRoom(int position, int host, int leaving)
    {
        for (int resource = 0; resource < _problem.Resources; resource++)
        {
            long freed = leaving < 0 ? 0 : _problem.FixedNeed(leaving, resource);
            if (_left[(resource * _problem.Hosts) + host] < _problem.FixedNeed(position, resource) - freed)
            {
                return false;
            }
        }

        return true;
    }

    private void Put(int position, int host, int sign)
    {
        _chosen[position] = host;
        for (int resource = 0; resource < _problem.Resources; resource++)
        {
            _left[(resource * _problem.Hosts) + host] -= sign * _problem.FixedNeed(position, resource);
        }

        for (int other = 0; other < _problem.Hosts; other++)
        {
            _near[other] += sign * _objective.Distance[(host * _problem.Hosts) + other];
        }

        for (int other = 0; other < _chosen.Length; other++)
        {
            if (_objective.Apart[(_problem.CellAt[position] * _problem.Cells) + _problem.CellAt[other]])
            {
                _weight[At(other, host)] += sign * _objective.Merge;
            }
        }
    }
}
