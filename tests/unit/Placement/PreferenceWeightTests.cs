using VirtMigration.Options;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>What a VM's operator prefers, and what its affinity groups say.</summary>
public sealed class PreferenceWeightTests
{
    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData("h2", null, 100, 40)]
    [InlineData("h1,H2", "h3", 100, 40)]
    [InlineData("h3", null, 50, 40)]
    [InlineData(null, "h3", 50, 40)]
    [InlineData("h3", "h2", 0, 40)]
    [InlineData(null, "H2", 0, 40)]
    public void Hosts_are_preferred_and_avoided(string? preferred, string? avoided, int points, int share)
    {
        DestinationMerit merit = new HostPreferenceWeight().Weigh(Preferring("h2", preferred, avoided));
        Assert.Equal((points, share), (merit.Points, merit.Share));
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("h2 h2", 100, 20)]
    [InlineData("h2 h1", 50, 20)]
    [InlineData("h1 h3 h2", 33, 20)]
    [InlineData("h1", 0, 20)]
    public void VMs_that_belong_together_count_for_the_host_they_are_on(string peers, int points, int share)
    {
        Assert.Equal((points, share), Affinity(peers, GivenPlacement.Together(false, 1, 2, 3)));
        Assert.Equal(share == 0 ? (0, 0) : (100 - points - (points == 33 ? 1 : 0), share), Affinity(peers, GivenPlacement.Apart(false, 1, 2, 3)));
    }

    [Fact]
    public void Several_groups_count_by_their_VMs() =>
        Assert.Equal((66, 20), Affinity("h2 h1 h2", GivenPlacement.Together(false, 1), GivenPlacement.Apart(false, 2, 3)));

    // A rule that is broken everywhere leaves the hosts to be told apart by how much.
    [Fact]
    public void Mandatory_groups_count_too() => Assert.Equal((50, 20), Affinity("h2 h3", GivenPlacement.Together(true, 1, 2)));

    [Fact]
    public void Where_nothing_is_said_the_score_is_what_it_would_be_without()
    {
        DestinationReport report = Assert.Single(DestinationRanking.Rank([Preferring("h2", null, null)]));
        Assert.Equal(["Pins", "Topology", "PinsTaken", "MemoryLoad", "CpuLoad"], report.Merits.Select(merit => merit.Id));
        Assert.Equal(report.Merits.Sum(merit => merit.Points * merit.Share) / 100, report.Score);
    }

    // Loads count 15 together, a step of preference 20: the busiest preferred host stands before the emptiest of the others.
    [Fact]
    public void A_preferred_host_comes_before_one_that_is_less_busy_and_an_avoided_one_last()
    {
        DestinationCandidate Busy(string host) => (Preferring(host, "h4", "h2") with { Load = new() { VCpus = 500 } }).To(facts => facts with { AvailableMemory = Given.GiB(66) });
        DestinationCandidate Empty(string host) => Preferring(host, "h4", "h2").To(facts => facts with { AvailableMemory = Given.GiB(256) });
        Assert.Equal(["h4", "h3", "h2"], DestinationRanking.Rank([Empty("h2"), Empty("h3"), Busy("h4")]).Select(report => report.Destination));
        Assert.Equal(["h3", "h2"], DestinationRanking.Rank([Empty("h2"), Busy("h3")]).Select(report => report.Destination));
    }

    // Pins count 50, both steps of preference 40: remote memory is no wish.
    [Fact]
    public void Pins_come_before_preferences()
    {
        DestinationCandidate At(string host, int cell) => Preferring(host, "h2", "h3")
            .Vm(vm => vm with { VCpuPins = [new(0, [1])] })
            .From(facts => facts with { Cells = [new(0, Given.GiB(64), Given.GiB(64), [1], [])], OnlineCpus = [1] })
            .To(facts => facts with { Cells = [new(cell, Given.GiB(64), Given.GiB(64), [1], [])], OnlineCpus = [1] });
        Assert.Equal(["h3", "h2"], DestinationRanking.Rank([At("h2", 1), At("h3", 0)]).Select(report => report.Destination));
    }

    private static (int Points, int Share) Affinity(string peers, params AffinityGroup[] groups)
    {
        DestinationMerit merit = new AffinityWeight().Weigh(GivenPlacement.Candidate() with
        {
            Groups = groups,
            Whereabouts = peers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((host, i) => (Given.Id(i + 1), host)).ToDictionary(),
        });
        return (merit.Points, merit.Share);
    }

    private static DestinationCandidate Preferring(string host, string? preferred, string? avoided) =>
        new(Given.Vm(), Given.Definition() with { Options = new() { PreferredHosts = Names(preferred), AvoidedHosts = Names(avoided) } }, Given.Host("h1"), Given.Host(host))
        {
            Load = new(),
            Plan = Given.Plan(),
        };

    private static HostNames? Names(string? text) => text is null ? null : HostNames.Parse(text);
}
