namespace VirtMigration.Evacuation;

/// <summary>The ways to pack, from the quick to the thorough; the first that places all is taken.</summary>
/// <param name="problem">The problem.</param>
/// <param name="fits">Whether an item that sums do not tell about fits on a host beside the items that are there.</param>
internal sealed class PackingSearch(PackingProblem problem, Func<int, int, IReadOnlyList<int>, bool> fits)
{
    // Steps of making room: at well under a microsecond each this ends within a fraction of a second.
    private const int MostSteps = 400_000;

    // Going through all is worth it for the clusters that a person can look over.
    private const int FewItems = 16;
    private const int MostNodes = 300_000;

    // Where VMs are judged, a step takes some 50 microseconds.
    private const int MostJudgedSteps = 4_000;
    private const int MostJudgedNodes = 10_000;

    // A VM that makes room may itself need room to be made.
    private const int Depth = 3;

    // To queue up a list of hosts is the work of going through it a few times.
    private const int WorthAQueue = 8;

    private readonly IReadOnlyList<PackingItem> _items = problem.Items;
    private int _steps;

    /// <summary>The best packing found, and how many VMs no packing can exceed.</summary>
    public (int[] HostOf, int AtMost) Best()
    {
        int all = problem.Vms;
        PackingState best = Greedy(BySize(), tight: false);
        foreach (int[] order in (ReadOnlySpan<int[]>)[BySize(), ByHosts()])
        {
            if (best.Placed < all && Greedy(order, tight: true) is { } other && other.Placed > best.Placed)
            {
                best = other;
            }
        }

        if (best.Placed < all)
        {
            MakeRoom(best);
        }

        // Where there is not room for all, the small ones are the most.
        if (best.Placed < all && Greedy([.. BySize().Reverse()], tight: true) is { } small && small.Placed > best.Placed)
        {
            best = small;
            MakeRoom(best);
        }

        if (best.Placed == all)
        {
            return (best.Snapshot(), all);
        }

        if (_items.Count <= FewItems && new PackingEnumeration(problem, fits, Judges ? MostJudgedNodes : MostNodes).Best(best.Snapshot(), best.Placed) is { } exact)
        {
            return (exact.HostOf, exact.Proven ? exact.Placed : Math.Max(exact.Placed, AtMost()));
        }

        return (best.Snapshot(), AtMost());
    }

    // How many items share a list of hosts, the very same one.
    private Dictionary<int[], int> Shared => field ??= _items.GroupBy(item => item.Hosts).ToDictionary(group => group.Key, group => group.Count());

    // What all hosts have together, by resource.
    private long[] Total => field ??= [.. problem.Capacity.FirstOrDefault([]).Select((_, resource) => problem.Capacity.Sum(host => host[resource]))];

    private bool Judges { get; } = problem.Items.Any(item => item.Judged);

    // The largest share that an item takes of it.
    private double[] Sizes => field ??= [.. _items.Select(item => item.Needs.Select((need, resource) => need == 0 ? 0 : need / (double)Total[resource]).Max())];

    // What is hard to place comes first: those that sums do not tell about, then the large.
    private int[] BySize() => [.. Enumerable.Range(0, _items.Count).OrderByDescending(item => _items[item].Judged).ThenByDescending(item => Sizes[item])];

    private int[] ByHosts() => [.. Enumerable.Range(0, _items.Count).OrderBy(item => _items[item].Hosts.Length).ThenByDescending(item => Sizes[item])];

    private PackingState Greedy(int[] order, bool tight)
    {
        PackingState state = new(_items, problem.Capacity, problem.Groups, fits);
        Dictionary<int[], PriorityQueue<int, (double, int)>> queues = [];
        foreach (int item in order)
        {
            int chosen = PackingState.Nowhere;
            double best = double.NegativeInfinity;
            if (_items[item].Judged)
            {
                // Judging is a thousand times the work of the sums: the best by sums first, and none after the first that fits.
                chosen = _items[item].Hosts.Select(host => (host, room: state.RoomAfter(item, host)))
                    .Where(one => one.room >= 0)
                    .OrderByDescending(one => tight ? -one.room : one.room + (_items[item].Suits[one.host] / 100.0))
                    .Select(one => one.host)
                    .FirstOrDefault(host => state.Fits(item, host), PackingState.Nowhere);
                if (chosen != PackingState.Nowhere)
                {
                    state.Put(item, chosen);
                }

                continue;
            }

            if (!tight && _items[item].Apart.Length == 0 && Shared[_items[item].Hosts] >= WorthAQueue)
            {
                chosen = Roomiest(state, item, queues);
                if (chosen != PackingState.Nowhere)
                {
                    state.Put(item, chosen);
                }

                continue;
            }

            foreach (int host in _items[item].Hosts)
            {
                double room = state.RoomAfter(item, host);
                double worth = tight ? -room : room + (_items[item].Suits[host] / 100.0);
                if (room >= 0 && worth > best && state.Fits(item, host))
                {
                    (chosen, best) = (host, worth);
                }
            }

            if (chosen != PackingState.Nowhere)
            {
                state.Put(item, chosen);
            }
        }

        return state;
    }

    // What going through all hosts would find, the first of the best. Items that are alike share a queue of their hosts, which goes by what each
    // was worth when it was last looked at. As hosts only fill here, none is worth more now; so the first that is worth as much is the best.
    private int Roomiest(PackingState state, int item, Dictionary<int[], PriorityQueue<int, (double, int)>> queues)
    {
        PackingItem one = _items[item];
        if (!queues.TryGetValue(one.Hosts, out PriorityQueue<int, (double, int)>? queue))
        {
            queue = new(one.Hosts.Select((host, place) => (place, (-Worth(state, item, host), place))));
            queues[one.Hosts] = queue;
        }

        while (queue.TryDequeue(out int place, out (double Less, int) before))
        {
            int host = one.Hosts[place];
            if (state.RoomAfter(item, host) < 0)
            {
                continue;
            }

            double less = -Worth(state, item, host);
            queue.Enqueue(place, (less, place));
            if (less <= before.Less)
            {
                return host;
            }
        }

        return PackingState.Nowhere;
    }

    private double Worth(PackingState state, int item, int host) => state.RoomAfter(item, host) + (_items[item].Suits[host] / 100.0);

    private void MakeRoom(PackingState state)
    {
        foreach (int item in Enumerable.Range(0, _items.Count).Where(item => state.HostOf(item) == PackingState.Nowhere).OrderBy(item => Sizes[item]).ToList())
        {
            _ = Place(state, item, PackingState.Nowhere, Depth);
        }
    }

    // Places an item, if need be by finding others of a host another place; leaves all as it was where it cannot.
    private bool Place(PackingState state, int item, int not, int depth)
    {
        foreach (int host in _items[item].Hosts)
        {
            _steps++;
            if (host != not && state.Fits(item, host))
            {
                state.Put(item, host);
                return true;
            }
        }

        if (depth == 0)
        {
            return false;
        }

        foreach (int host in _items[item].Hosts.Where(host => host != not).OrderBy(host => state.Lacks(item, host)).ToList())
        {
            // Those whose going suffices, the smallest of them first: it finds another place most easily.
            foreach (int other in state.On(host).Where(other => other != item).OrderBy(other => Sizes[other]).ToList())
            {
                if (_steps++ > (Judges ? MostJudgedSteps : MostSteps))
                {
                    return false;
                }

                _ = state.TakeAway(other);
                if (state.Fits(item, host))
                {
                    state.Put(item, host);
                    if (Place(state, other, host, depth - 1))
                    {
                        return true;
                    }

                    _ = state.TakeAway(item);
                }

                state.Put(other, host);
            }
        }

        return false;
    }

    // The most VMs whose needs fit into what all hosts have together, were every VM divisible: of each resource by itself.
    private int AtMost()
    {
        int most = problem.Vms;
        for (int resource = 0; resource < Total.Length; resource++)
        {
            double left = Total[resource];
            double count = 0;
            foreach (PackingItem item in _items.OrderBy(item => item.Needs[resource] / (double)item.Vms.Length))
            {
                double share = item.Needs[resource] <= left ? 1 : left / item.Needs[resource];
                count += share * item.Vms.Length;
                left -= share * item.Needs[resource];
            }

            most = Math.Min(most, (int)Math.Floor(count + 1e-9));
        }

        return most;
    }
}
