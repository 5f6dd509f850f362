using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>The VMs and hosts of a packing as numbers.</summary>
internal sealed class PackingProblem
{
    private PackingProblem(IReadOnlyList<PackingItem> items, long[][] capacity, int groups) => (Items, Capacity, Groups) = (items, capacity, groups);

    /// <summary>What is placed; only what some host would take alone.</summary>
    public IReadOnlyList<PackingItem> Items { get; }

    /// <summary>What each host has, in bytes, by resource: ordinary memory, then huge pages by their size.</summary>
    public long[][] Capacity { get; }

    /// <summary>How many groups there are that keep apart.</summary>
    public int Groups { get; }

    /// <summary>How many VMs there are in the items.</summary>
    public int Vms => Items.Sum(item => item.Vms.Length);

    public static PackingProblem Of(IReadOnlyList<EvacuationVm> vms, IReadOnlyList<EvacuationHost> hosts)
    {
        ByteSize[] pages = [.. vms.SelectMany(vm => vm.HugePages.Keys).Distinct().Order()];
        Dictionary<string, int> groups = new(StringComparer.OrdinalIgnoreCase);
        foreach (string group in vms.SelectMany(vm => vm.Apart))
        {
            _ = groups.TryAdd(group, groups.Count);
        }

        long[][] capacity = [.. hosts.Select(host => Bytes(host.Memory, host.HugePages, pages))];
        List<PackingItem> items = [];
        Dictionary<(object Hosts, string Needs), (int[] Taking, int[] Suits)> alike = [];
        foreach (IGrouping<string, int> one in Enumerable.Range(0, vms.Count)
            .GroupBy(index => vms[index].Together is string group ? $"t:{group}" : $"v:{index}", StringComparer.OrdinalIgnoreCase))
        {
            if (ItemOf([.. one], vms, hosts, pages, groups, capacity, alike) is PackingItem item)
            {
                items.Add(item);
            }
        }

        return new(items, capacity, groups.Count);
    }

    // Null: no host would take it, or its VMs belong together and apart at once.
    private static PackingItem? ItemOf(
        int[] members, IReadOnlyList<EvacuationVm> vms, IReadOnlyList<EvacuationHost> hosts, ByteSize[] pages, Dictionary<string, int> groups, long[][] capacity,
        Dictionary<(object Hosts, string Needs), (int[] Taking, int[] Suits)> alike)
    {
        int[] apart = [.. members.SelectMany(index => vms[index].Apart).Select(group => groups[group])];
        if (apart.Distinct().Count() < apart.Length)
        {
            return null;
        }

        long[] needs = new long[pages.Length + 1];
        foreach (int member in members)
        {
            long[] its = Bytes(vms[member].Memory, vms[member].HugePages, pages);
            for (int resource = 0; resource < needs.Length; resource++)
            {
                needs[resource] += its[resource];
            }
        }

        // VMs that are alike share one list of hosts, and it is gone through once for each size.
        (object, string) key = (vms[members[0]].Hosts, string.Join(',', needs));
        if (members.Length > 1 || !alike.TryGetValue(key, out (int[] Taking, int[] Suits) known))
        {
            known = Taking(members, needs, vms, hosts, capacity);
            if (members.Length == 1)
            {
                alike[key] = known;
            }
        }

        return known.Taking.Length == 0 ? null : new(members, needs, known.Taking, known.Suits, apart, members.Any(member => vms[member].Judged));
    }

    private static (int[] Taking, int[] Suits) Taking(int[] members, long[] needs, IReadOnlyList<EvacuationVm> vms, IReadOnlyList<EvacuationHost> hosts, long[][] capacity)
    {
        int[] suits = new int[hosts.Count];
        List<int> taking = [];
        for (int host = 0; host < hosts.Count; host++)
        {
            int least = int.MaxValue;
            foreach (int member in members)
            {
                least = vms[member].Hosts.TryGetValue(hosts[host].Name, out int suit) ? Math.Min(least, suit) : -1;
                if (least < 0)
                {
                    break;
                }
            }

            if (least >= 0 && !needs.Where((need, resource) => need > capacity[host][resource]).Any())
            {
                suits[host] = least;
                taking.Add(host);
            }
        }

        return ([.. taking.OrderByDescending(host => suits[host])], suits);
    }

    private static long[] Bytes(ByteSize memory, IReadOnlyDictionary<ByteSize, ByteSize> hugePages, ByteSize[] pages) =>
        [memory.Bytes, .. pages.Select(size => hugePages.TryGetValue(size, out ByteSize bytes) ? bytes.Bytes : 0)];
}
