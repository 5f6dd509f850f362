using VirtMigration.Evacuation;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Evacuation;

public sealed class EvacuationPackerTests
{
    private static readonly ByteSize s_page = ByteSize.FromMebibytes(2);

    [Fact]
    public void Each_takes_the_host_that_suits_it_and_they_spread()
    {
        EvacuationPacking packing = EvacuationPacker.Pack([.. Enumerable.Range(0, 6).Select(n => Vm($"v{n}", 4, ("h2", 80), ("h3", 80)))], [Host("h2", 64), Host("h3", 64)]);
        Assert.Equal(3, packing.Hosts.Values.Count(host => host == "h2"));
        Assert.Equal("h3", EvacuationPacker.Pack([Vm("a", 4, ("h2", 40), ("h3", 90))], [Host("h2", 64), Host("h3", 48)]).Hosts.Values.Single());
    }

    [Fact]
    public void One_that_suits_a_little_better_is_not_filled_up_first()
    {
        EvacuationPacking packing = EvacuationPacker.Pack([.. Enumerable.Range(0, 10).Select(n => Vm($"v{n}", 4, ("h2", 81), ("h3", 80)))], [Host("h2", 64), Host("h3", 64)]);
        Assert.Equal(5, packing.Hosts.Values.Count(host => host == "h2"));
    }

    // Alike to the packer are those that share one list of hosts.
    [Fact]
    public void Many_that_are_alike_spread_within_what_there_is_and_keep_apart()
    {
        Dictionary<string, int> both = new() { ["h2"] = 50, ["h3"] = 50 };
        EvacuationVm[] vms = [.. Enumerable.Range(0, 40).Select(n => Vm($"v{n}", 4) with { Hosts = both })];
        EvacuationHost[] even = [Host("h2", 128), Host("h3", 128)];
        Assert.Equal(20, EvacuationPacker.Pack(vms, even).Hosts.Values.Count(host => host == "h2"));
        EvacuationPacking full = EvacuationPacker.Pack(vms, [Host("h2", 60), Host("h3", 60)]);
        Sound(vms, [Host("h2", 60), Host("h3", 60)], full);
        Assert.Equal(30, full.Hosts.Count);
        EvacuationVm[] apart = [.. vms.Select((vm, n) => n < 2 ? vm with { Apart = ["db"] } : vm)];
        EvacuationHost[] uneven = [Host("h2", 512), Host("h3", 128)];
        Assert.Empty(EvacuationPacker.Pack(apart, uneven).Left);
        Sound(apart, uneven, EvacuationPacker.Pack(apart, uneven));
    }

    [Fact]
    public void Where_spreading_leaves_one_over_they_are_packed_tightly()
    {
        EvacuationVm[] vms = [Vm("a", 6), Vm("b", 6), Vm("c", 4), Vm("d", 8)];
        EvacuationPacking packing = EvacuationPacker.Pack(vms, [Host("h2", 12), Host("h3", 12)]);
        Assert.Empty(packing.Left);
        Sound(vms, [Host("h2", 12), Host("h3", 12)], packing);
    }

    [Fact]
    public void A_VM_that_no_host_takes_is_left_and_the_others_go()
    {
        EvacuationPacking packing = EvacuationPacker.Pack([Vm("big", 100), Vm("a", 4), new() { Uuid = Guid.NewGuid(), Name = "tied", Memory = Given.GiB(1), Hosts = new Dictionary<string, int>() }], [Host("h2", 64)]);
        Assert.Equal(["big", "tied"], packing.Left.Select(vm => vm.Name));
        Assert.Equal(1, packing.AtMost);
    }

    [Fact]
    public void Huge_pages_count_by_their_size()
    {
        EvacuationVm[] vms = [Vm("a", 1) with { HugePages = Pages(8) }, Vm("b", 1) with { HugePages = Pages(8) }, Vm("c", 1)];
        EvacuationHost[] hosts = [Host("h2", 64) with { HugePages = Pages(8) }, Host("h3", 64) with { HugePages = Pages(8) }];
        EvacuationPacking packing = EvacuationPacker.Pack(vms, hosts);
        Assert.Empty(packing.Left);
        Assert.NotEqual(packing.Hosts[vms[0].Uuid], packing.Hosts[vms[1].Uuid]);
        Assert.Single(EvacuationPacker.Pack(vms, [hosts[0], Host("h3", 64)]).Left);
    }

    [Fact]
    public void Groups_hold()
    {
        EvacuationVm[] vms = [Vm("a", 4) with { Apart = ["db"] }, Vm("b", 4) with { Apart = ["db"] }, Vm("c", 4) with { Together = "web" }, Vm("d", 4) with { Together = "web" }];
        EvacuationPacking packing = EvacuationPacker.Pack(vms, [Host("h2", 8), Host("h3", 12)]);
        Assert.Empty(packing.Left);
        Sound(vms, [Host("h2", 8), Host("h3", 12)], packing);
        Assert.Equal(1, EvacuationPacker.Pack(vms, [Host("h2", 64)]).Left.Count(vm => vm.Apart.Count > 0));
        EvacuationVm[] torn = [vms[0] with { Together = "both" }, vms[1] with { Together = "both" }];
        Assert.Equal(2, EvacuationPacker.Pack(torn, [Host("h2", 64), Host("h3", 64)]).Left.Count);
    }

    [Fact]
    public void One_that_is_judged_is_judged_beside_those_that_go_there_too()
    {
        EvacuationVm[] vms = [.. Enumerable.Range(0, 4).Select(n => Vm($"pinned{n}", 4) with { Judged = n < 3 })];
        EvacuationHost[] hosts = [Host("h2", 64), Host("h3", 64)];
        EvacuationPacking packing = EvacuationPacker.Pack(vms, hosts, (_, host, beside) => beside.Count(vm => vm.Judged) < (host.Name == "h2" ? 2 : 1));
        Assert.Empty(packing.Left);
        Assert.Equal(2, vms.Count(vm => vm.Judged && packing.Hosts[vm.Uuid] == "h2"));
        Assert.Single(EvacuationPacker.Pack(vms, hosts, (_, _, beside) => !beside.Any(vm => vm.Judged)).Left);
    }

    // A few VMs and hosts with everything that counts, against all assignments there are.
    [Fact]
    public void As_many_find_a_place_as_in_the_best_of_all_assignments()
    {
        for (int seed = 1; seed <= 400; seed++)
        {
            Random random = new(seed);
            (EvacuationVm[] vms, EvacuationHost[] hosts) = Any(random, random.Next(1, 8), random.Next(1, 4));
            EvacuationPacking packing = EvacuationPacker.Pack(vms, hosts);
            Sound(vms, hosts, packing);
            int best = BestOfAll(vms, hosts, 0, new int[vms.Length]);
            Assert.True(packing.Hosts.Count == best && packing.AtMost == best, $"seed {seed}: {packing.Hosts.Count} placed, at most {packing.AtMost}, of all assignments the best {best}");
        }
    }

    // Hosts are filled to a share of their memory with VMs that are then taken out and shuffled: a packing exists, and must be found.
    [Theory]
    [InlineData(4, 0.95)]
    [InlineData(20, 0.97)]
    [InlineData(50, 0.97)]
    [InlineData(200, 0.98)]
    public void Where_a_packing_exists_it_is_found_though_little_room_is_left(int count, double filled)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            Random random = new(seed);
            EvacuationHost[] hosts = [.. Enumerable.Range(0, count).Select(n => Host($"h{n}", random.Next(2, 9) * 64))];
            List<EvacuationVm> vms = [];
            foreach (EvacuationHost host in hosts)
            {
                for (long left = (long)(host.Memory.Bytes * filled) >> 30; left > 0;)
                {
                    int size = (int)Math.Min(left, random.Next(2) == 0 ? 1 << random.Next(0, 7) : random.Next(1, 50));
                    vms.Add(Vm($"v{vms.Count}", size, [.. hosts.Where(other => other == host || random.Next(3) > 0).Select(other => (other.Name, 50))]));
                    left -= size;
                }
            }

            EvacuationVm[] shuffled = [.. vms];
            random.Shuffle(shuffled);
            EvacuationPacking packing = EvacuationPacker.Pack(shuffled, hosts);
            Sound(shuffled, hosts, packing);
            Assert.True(packing.Left.Count == 0, $"seed {seed}: {packing.Left.Count} of {shuffled.Length} left, at most {packing.AtMost}");
        }
    }

    [Fact]
    public void The_same_VMs_and_hosts_always_give_the_same_packing()
    {
        Random random = new(7);
        (EvacuationVm[] vms, EvacuationHost[] hosts) = Any(random, 200, 10);
        Assert.Equal(EvacuationPacker.Pack(vms, hosts).Hosts.OrderBy(pair => pair.Key), EvacuationPacker.Pack(vms, hosts).Hosts.OrderBy(pair => pair.Key));
    }

    private static (EvacuationVm[] Vms, EvacuationHost[] Hosts) Any(Random random, int vms, int count)
    {
        EvacuationHost[] hosts = [.. Enumerable.Range(0, count).Select(n => Host($"h{n}", random.Next(4, 17)) with { HugePages = Pages(random.Next(0, 9)) })];
        return ([.. Enumerable.Range(0, vms).Select(n => Vm($"v{n}", random.Next(1, 8), [.. hosts.Where(_ => random.Next(4) > 0).Select(host => (host.Name, random.Next(101)))]) with
        {
            HugePages = random.Next(3) == 0 ? Pages(random.Next(1, 6)) : new Dictionary<ByteSize, ByteSize>(),
            Apart = random.Next(4) == 0 ? ["x"] : [],
            Together = random.Next(6) == 0 ? "t" : null,
        })], hosts);
    }

    private static int BestOfAll(EvacuationVm[] vms, EvacuationHost[] hosts, int vm, int[] chosen)
    {
        if (vm == vms.Length)
        {
            return Allowed(vms, hosts, chosen) ? chosen.Count(host => host > 0) : 0;
        }

        int best = 0;
        for (int host = 0; host <= hosts.Length; host++)
        {
            if (host == 0 || vms[vm].Hosts.ContainsKey(hosts[host - 1].Name))
            {
                chosen[vm] = host;
                best = Math.Max(best, BestOfAll(vms, hosts, vm + 1, chosen));
            }
        }

        return best;
    }

    private static bool Allowed(EvacuationVm[] vms, EvacuationHost[] hosts, int[] chosen) =>
        hosts.Select((host, index) => Holds(host, [.. vms.Where((_, vm) => chosen[vm] == index + 1)])).All(holds => holds)
        && vms.Select((vm, index) => (vm.Together, Host: chosen[index])).Where(one => one.Together is not null).GroupBy(one => one.Together).All(group => group.Select(one => one.Host).Distinct().Count() == 1);

    private static bool Holds(EvacuationHost host, EvacuationVm[] there) =>
        there.Sum(vm => vm.Memory.Bytes) <= host.Memory.Bytes
        && there.SelectMany(vm => vm.HugePages).GroupBy(pages => pages.Key).All(size => size.Sum(pages => pages.Value.Bytes) <= host.HugePages.GetValueOrDefault(size.Key).Bytes)
        && there.SelectMany(vm => vm.Apart).GroupBy(group => group).All(group => group.Count() == 1);

    private static void Sound(EvacuationVm[] vms, EvacuationHost[] hosts, EvacuationPacking packing)
    {
        Assert.Equal(vms.Length, packing.Hosts.Count + packing.Left.Count);
        Assert.True(packing.Hosts.Count <= packing.AtMost);
        Assert.All(vms.Where(vm => packing.Hosts.ContainsKey(vm.Uuid)), vm => Assert.Contains(packing.Hosts[vm.Uuid], vm.Hosts.Keys));
        Assert.True(Allowed(vms, hosts, [.. vms.Select(vm => packing.Hosts.TryGetValue(vm.Uuid, out string? name) ? Array.FindIndex(hosts, host => host.Name == name) + 1 : 0)]));
    }

    private static EvacuationVm Vm(string name, int gibibytes, params (string Host, int Suits)[] hosts) => new()
    {
        Uuid = Guid.NewGuid(),
        Name = name,
        Memory = Given.GiB(gibibytes),
        Hosts = (hosts.Length > 0 ? hosts : [("h2", 50), ("h3", 50)]).ToDictionary(one => one.Host, one => one.Suits),
    };

    private static EvacuationHost Host(string name, int gibibytes) => new() { Name = name, Memory = Given.GiB(gibibytes) };

    private static Dictionary<ByteSize, ByteSize> Pages(int gibibytes) => new() { [s_page] = Given.GiB(gibibytes) };
}
