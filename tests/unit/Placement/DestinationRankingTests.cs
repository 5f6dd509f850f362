using VirtMigration.Inventory;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class DestinationRankingTests
{
    private static readonly CpuPin s_pin = new(0, [2, 3]);

    [Fact]
    public void Equal_hosts_come_by_name_and_the_order_is_always_the_same()
    {
        DestinationCandidate[] candidates = [Candidate("h4"), Candidate("h2"), Candidate("h3")];
        Assert.Equal(["h2", "h3", "h4"], DestinationRanking.Rank(candidates).Select(report => report.Destination));
        Assert.Equal(["h2", "h3", "h4"], DestinationRanking.Rank(candidates.Reverse()).Select(report => report.Destination));
    }

    [Fact]
    public void Hosts_that_cannot_take_the_VM_come_last_those_with_fewer_blockers_first_and_have_neither_rank_nor_score()
    {
        DestinationCandidate two = Candidate("h2").To(facts => facts with { Architecture = "aarch64", AvailableMemory = Given.GiB(1) });
        DestinationCandidate one = Candidate("h3").To(facts => facts with { AvailableMemory = Given.GiB(1) });
        IReadOnlyList<DestinationReport> reports = DestinationRanking.Rank([two, one, Candidate("h4")]);
        Assert.Equal(["h4", "h3", "h2"], reports.Select(report => report.Destination));
        Assert.Equal([1, null, null], reports.Select(report => report.Rank));
        Assert.Equal([false, true, true], reports.Select(report => report.Score is null));
    }

    // Pins count more than all the rest: a full host where the pins mean the same stands before an empty one where they do not.
    [Fact]
    public void A_host_where_pins_mean_the_same_comes_before_one_with_more_room()
    {
        DestinationCandidate same = Pinned("h3", [0, 1, 2, 3], [4, 5]).To(facts => facts with { AvailableMemory = Given.GiB(66) });
        DestinationCandidate other = Pinned("h2", [0, 1, 3], [2, 4, 5]).To(facts => facts with { AvailableMemory = Given.GiB(250) });
        IReadOnlyList<DestinationReport> reports = DestinationRanking.Rank([other, same]);
        Assert.Equal(["h3", "h2"], reports.Select(report => report.Destination));
        Assert.Equal((100, 0), (Points(reports[0], "Pins"), Points(reports[1], "Pins")));
    }

    [Theory]
    [InlineData(2, 8, 2, 100)]
    [InlineData(1, 8, 2, 0)]
    [InlineData(2, 7, 2, 0)]
    [InlineData(2, 8, 1, 0)]
    public void The_guests_topology_fits_into_the_hosts(int sockets, int cores, int threads, int points)
    {
        DestinationCandidate candidate = Candidate("h2")
            .Vm(vm => vm with { Cpu = vm.Cpu with { Topology = new(2, 8, 2) } })
            .To(facts => facts with { Cpu = new() { Topology = new(sockets, cores, threads) } });
        Assert.Equal(points, new TopologyWeight().Weigh(candidate).Points);
    }

    [Theory]
    [InlineData(new int[0], 100)]
    [InlineData(new[] { 2 }, 50)]
    [InlineData(new[] { 2, 3 }, 0)]
    [InlineData(new[] { 7 }, 100)]
    public void CPUs_that_others_are_pinned_to_count_against_a_host(int[] taken, int points)
    {
        DestinationCandidate candidate = Pinned("h2", [0, 1, 2, 3], []) with { Load = new() { Pins = taken.ToDictionary(cpu => cpu, _ => 1) } };
        Assert.Equal(points, new PinsTakenWeight().Weigh(candidate).Points);
    }

    [Theory]
    [InlineData(0, 0, 87)]
    [InlineData(48, 0, 50)]
    [InlineData(0, 48, 50)]
    [InlineData(112, 0, 0)]
    [InlineData(500, 0, 0)]
    public void VCpus_there_and_those_placed_before_count_against_a_host(int running, int reserved, int points)
    {
        DestinationCandidate candidate = Candidate("h2") with { Load = new() { VCpus = running }, Reserved = new() { VCpus = reserved } };
        Assert.Equal(points, new CpuLoadWeight().Weigh(candidate).Points);
    }

    [Theory]
    [InlineData(128, 0, 25)]
    [InlineData(128, 64, 0)]
    [InlineData(256, 0, 75)]
    public void Memory_that_is_left_counts_for_a_host(int available, int reserved, int points)
    {
        DestinationCandidate candidate = Candidate("h2").To(facts => facts with { AvailableMemory = Given.GiB(available) }) with
        {
            Reserved = new() { Memory = Given.GiB(reserved) },
        };
        Assert.Equal(points, new MemoryLoadWeight().Weigh(candidate).Points);
    }

    [Fact]
    public void What_is_not_known_counts_against_a_host()
    {
        DestinationCandidate unknown = (Pinned("h2", [0, 1, 2, 3], []) with { Load = null }).To(facts => facts with { AvailableMemory = null, Cpu = new() })
            .Vm(vm => vm with { Cpu = vm.Cpu with { Topology = new(1, 1, 1) } });
        Assert.Equal(
            [0, 0, 0, 0],
            new IDestinationWeight[] { new TopologyWeight(), new PinsTakenWeight(), new CpuLoadWeight(), new MemoryLoadWeight() }.Select(weight => weight.Weigh(unknown).Points));
    }

    private static DestinationCandidate Candidate(string host) =>
        new(Given.Vm(), Given.Definition(), Given.Host("h1"), Given.Host(host)) { Load = new(), Plan = Given.Plan() };

    private static DestinationCandidate Pinned(string host, int[] cell0, int[] cell1)
    {
        DestinationCandidate candidate = Candidate(host).Vm(vm => vm with { VCpuPins = [s_pin] });
        return candidate.From(facts => WithCells(facts, [0, 1, 2, 3], [4, 5])).To(facts => WithCells(facts, cell0, cell1));
    }

    private static HostFacts WithCells(HostFacts facts, int[] cell0, int[] cell1) => facts with
    {
        Cells = [new(0, Given.GiB(128), Given.GiB(100), cell0, []), new(1, Given.GiB(128), Given.GiB(100), cell1, [])],
        OnlineCpus = [.. cell0.Concat(cell1).Order()],
    };

    private static int Points(DestinationReport report, string id) => report.Merits.Single(merit => merit.Id == id).Points;
}
