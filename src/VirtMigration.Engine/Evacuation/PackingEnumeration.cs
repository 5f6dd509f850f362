namespace VirtMigration.Evacuation;

/// <summary>Goes through all packings of a few items, as far as a bound lets it.</summary>
/// <param name="problem">The problem.</param>
/// <param name="fits">Whether an item that sums do not tell about fits on a host beside the items that are there.</param>
/// <param name="mostNodes">The bound.</param>
internal sealed class PackingEnumeration(PackingProblem problem, Func<int, int, IReadOnlyList<int>, bool> fits, int mostNodes)
{
    private readonly PackingState _state = new(problem.Items, problem.Capacity, problem.Groups, fits);
    private int _nodes;
    private int _best;
    private int[] _hostOf = [];

    /// <summary>The packing with the most VMs, and whether it is proven that there is none with more.</summary>
    /// <param name="known">A packing that is known.</param>
    /// <param name="placed">How many VMs it places.</param>
    public (int[] HostOf, int Placed, bool Proven) Best(int[] known, int placed)
    {
        (_hostOf, _best) = (known, placed);
        Go(0, problem.Vms);
        return (_hostOf, _best, _nodes <= mostNodes);
    }

    private void Go(int item, int left)
    {
        if (_state.Placed > _best)
        {
            (_hostOf, _best) = (_state.Snapshot(), _state.Placed);
        }

        if (item == problem.Items.Count || _state.Placed + left <= _best || ++_nodes > mostNodes)
        {
            return;
        }

        int vms = problem.Items[item].Vms.Length;
        foreach (int host in problem.Items[item].Hosts)
        {
            if (_state.Fits(item, host))
            {
                _state.Put(item, host);
                Go(item + 1, left - vms);
                _ = _state.TakeAway(item);
            }
        }

        Go(item + 1, left - vms);
    }
}
