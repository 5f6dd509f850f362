namespace VirtMigration.Placement;

/// <summary>Looks for an assignment that fits from the other side: everything is placed, some host cells are overfull, and cells move or
/// change places until none is. It finds what a depth-first search does not come to in time, and proves nothing. To leave a dead end it
/// takes the least bad step and leaves alone for a while what it has just touched (tabu search). It is not for cells over several host
/// cells.</summary>
internal sealed class NumaRepair
{
    // How many rounds a virtual cell rests after it was touched, and how many more in every other round, against going in circles.
    private const int Rest = 4;
    private const int LongRest = 9;
    private const int Variation = 7;

    // What looking at one host cell takes, against the other searches.
    private const int Weight = 4;

    private readonly NumaProblem _problem;
    private readonly long[] _left;
    private readonly double[] _scale;
    private readonly int[] _restsUntil;
    private readonly long _bound;
    private readonly bool _fromSource;
    private int _round;

    /// <summary>A search through a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="bound">How many steps to take.</param>
    /// <param name="fromSource">Whether to start from the host cells that the virtual cells are on, and to let them rest for less.</param>
    public NumaRepair(NumaProblem problem, long bound, bool fromSource)
    {
        _bound = bound;
        _fromSource = fromSource;
        _problem = problem;
        _left = (long[])problem.Free.Clone();
        _scale = new double[problem.Resources];
        _restsUntil = new int[problem.Slots];
        Chosen = new int[problem.Slots];
        for (int resource = 0; resource < problem.Resources; resource++)
        {
            _scale[resource] = 1.0 / Math.Max(1, problem.Remaining[resource * (problem.Slots + 1)]);
        }
    }

    /// <summary>The host cell of each position.</summary>
    public int[] Chosen { get; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Whether it found one within its bound.</summary>
    public bool Find()
    {
        for (int position = 0; position < Chosen.Length; position++)
        {
            Put(position, Start(position), 1);
        }

        while (Overfull() is int host and >= 0)
        {
            if (!Improve(host))
            {
                return false;
            }

            _round++;
            Steps += Weight * _problem.Hosts;
        }

        return true;
    }

    // Where it is on the source, if it is to start from there and can; or else where most is left.
    private int Start(int position)
    {
        int row = _problem.CellAt[position] * _problem.Hosts;
        int best = -1;
        for (int host = 0; host < _problem.Hosts; host++)
        {
            if (!IsAllowed(position, host))
            {
                continue;
            }

            if (_fromSource && _problem.Current[row + host])
            {
                return host;
            }

            best = best < 0 || Excess(best, position, -1) > Excess(host, position, -1) ? host : best;
        }

        return best;
    }

    // The most overfull host cell; -1: none is.
    private int Overfull()
    {
        int worst = -1;
        double most = 0;
        for (int host = 0; host < _problem.Hosts; host++)
        {
            double over = Over(host, -1, -1);
            if (over > most)
            {
                most = over;
                worst = host;
            }
        }

        return worst;
    }

    // The best move out of an overfull host cell, or exchange with another.
    private bool Improve(int host)
    {
        double best = double.MaxValue;
        (int Position, int With, int To) step = (-1, -1, -1);
        for (int position = 0; position < Chosen.Length; position++)
        {
            if (Chosen[position] != host || _restsUntil[position] > _round || !NeedsAny(position))
            {
                continue;
            }

            Steps += Weight * (_problem.Hosts + _problem.Slots);
            if (Steps > _bound)
            {
                return false;
            }

            double without = Over(host, -1, position) - Over(host, -1, -1);
            for (int to = 0; to < _problem.Hosts; to++)
            {
                if (to != host && IsAllowed(position, to)
                    && without + Over(to, position, -1) - Over(to, -1, -1) is double change && change < best)
                {
                    best = change;
                    step = (position, -1, to);
                }
            }

            for (int other = 0; other < Chosen.Length; other++)
            {
                int to = Chosen[other];
                if (to != host && _restsUntil[other] <= _round && IsAllowed(position, to) && IsAllowed(other, host)
                    && Over(host, other, position) - Over(host, -1, -1) + Over(to, position, other) - Over(to, -1, -1) is double change
                    && change < best)
                {
                    best = change;
                    step = (position, other, to);
                }
            }
        }

        if (step.Position < 0)
        {
            return Steps <= _bound; // everything rests: wait a round
        }

        Put(step.Position, host, -1);
        Put(step.Position, step.To, 1);
        _restsUntil[step.Position] = _round + 1 + (_fromSource ? Rest : LongRest) + (_round % Variation);
        if (step.With >= 0)
        {
            Put(step.With, step.To, -1);
            Put(step.With, host, 1);
            _restsUntil[step.With] = _round + 1 + (_fromSource ? Rest : LongRest) + (_round % Variation);
        }

        return true;
    }

    // How much a host cell is overfull with one position more and one less (-1: none).
    private double Over(int host, int more, int less)
    {
        double over = 0;
        for (int resource = 0; resource < _problem.Resources; resource++)
        {
            long left = LeftWith(resource, host, more, less);
            over += left < 0 ? -left * _scale[resource] : 0;
        }

        return over;
    }

    private double Excess(int host, int more, int less)
    {
        double worst = double.MinValue;
        for (int resource = 0; resource < _problem.Resources; resource++)
        {
            if (_problem.FixedNeed(more, resource) > 0)
            {
                worst = Math.Max(worst, -LeftWith(resource, host, more, less) * _scale[resource]);
            }
        }

        return worst;
    }

    private long LeftWith(int resource, int host, int more, int less) =>
        _left[(resource * _problem.Hosts) + host]
            - (more < 0 ? 0 : _problem.FixedNeed(more, resource))
            + (less < 0 ? 0 : _problem.FixedNeed(less, resource));

    private bool NeedsAny(int position) => _problem.FixedMemory[position] > 0 || _problem.FixedCpus[position] > 0;

    private bool IsAllowed(int position, int host) => _problem.Allowed[(_problem.CellAt[position] * _problem.Hosts) + host];

    private void Put(int position, int host, int sign)
    {
        Chosen[position] = host;
        for (int resource = 0; resource < _problem.Resources; resource++)
        {
            _left[(resource * _problem.Hosts) + host] -= sign * _problem.FixedNeed(position, resource);
        }
    }
}
