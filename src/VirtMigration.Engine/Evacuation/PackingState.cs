namespace VirtMigration.Evacuation;

/// <summary>Where items are, and what that leaves of the hosts.</summary>
/// <param name="items">The items.</param>
/// <param name="capacity">What each host has, in bytes, by resource.</param>
/// <param name="groups">How many groups there are that keep apart.</param>
/// <param name="fits">Whether an item that sums do not tell about fits on a host beside the items that are there.</param>
internal sealed class PackingState(IReadOnlyList<PackingItem> items, long[][] capacity, int groups, Func<int, int, IReadOnlyList<int>, bool> fits)
{
    /// <summary>In place of a host: the item has none.</summary>
    public const int Nowhere = -1;

    private readonly long[][] _free = [.. capacity.Select(one => (long[])one.Clone())];
    private readonly int[] _hostOf = [.. Enumerable.Repeat(Nowhere, items.Count)];
    private readonly List<int>[] _on = [.. capacity.Select(_ => new List<int>())];
    private readonly bool[] _apart = new bool[groups * capacity.Length];

    /// <summary>How many VMs have a place.</summary>
    public int Placed { get; private set; }

    /// <summary>An item's host.</summary>
    public int HostOf(int item) => _hostOf[item];

    /// <summary>The items of a host.</summary>
    public IReadOnlyList<int> On(int host) => _on[host];

    /// <summary>What is left of a host after an item came, as a share of what it has, of the resource that is scarcest then.</summary>
    public double RoomAfter(int item, int host)
    {
        double least = 1;
        long[] needs = items[item].Needs;
        for (int resource = 0; resource < needs.Length; resource++)
        {
            if (needs[resource] > 0)
            {
                least = Math.Min(least, (_free[host][resource] - needs[resource]) / (double)capacity[host][resource]);
            }
        }

        return least;
    }

    /// <summary>How much an item lacks on a host by sums, in bytes; 0: nothing.</summary>
    public long Lacks(int item, int host)
    {
        long lacking = 0;
        long[] needs = items[item].Needs;
        for (int resource = 0; resource < needs.Length; resource++)
        {
            lacking += Math.Max(0, needs[resource] - _free[host][resource]);
        }

        return lacking;
    }

    /// <summary>Whether an item fits on a host beside those that are there.</summary>
    public bool Fits(int item, int host)
    {
        PackingItem one = items[item];
        for (int resource = 0; resource < one.Needs.Length; resource++)
        {
            if (one.Needs[resource] > _free[host][resource])
            {
                return false;
            }
        }

        foreach (int group in one.Apart)
        {
            if (_apart[(group * capacity.Length) + host])
            {
                return false;
            }
        }

        return !one.Judged || fits(item, host, _on[host]);
    }

    /// <summary>Places an item.</summary>
    public void Put(int item, int host) => Change(item, host, sign: 1);

    /// <summary>Takes an item away from its host.</summary>
    /// <returns>The host.</returns>
    public int TakeAway(int item)
    {
        int host = _hostOf[item];
        Change(item, host, sign: -1);
        return host;
    }

    /// <summary>Where all items are.</summary>
    public int[] Snapshot() => (int[])_hostOf.Clone();

    private void Change(int item, int host, int sign)
    {
        PackingItem one = items[item];
        for (int resource = 0; resource < one.Needs.Length; resource++)
        {
            _free[host][resource] -= sign * one.Needs[resource];
        }

        foreach (int group in one.Apart)
        {
            _apart[(group * capacity.Length) + host] = sign > 0;
        }

        _hostOf[item] = sign > 0 ? host : Nowhere;
        _ = sign > 0 ? Added(_on[host], item) : _on[host].Remove(item);
        Placed += sign * one.Vms.Length;
    }

    private static bool Added(List<int> list, int item)
    {
        list.Add(item);
        return true;
    }
}
