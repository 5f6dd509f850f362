using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class MigrationAddressRuleTests
{
    [Theory]
    [InlineData("10.78.0.0/24", "10.78.0.1")]
    [InlineData("10.78.0.0/24", "10.78.0.255")]
    [InlineData("10.78.0.2/32", "10.78.0.2")]
    [InlineData("0.0.0.0/0", "10.78.0.2")]
    [InlineData("fd00:78::/64", "fd00:78::2")]
    [InlineData("fd00:78::/64", "[fd00:78::2]")]
    public void An_address_in_the_clusters_network_is_taken_and_the_network_named(string network, string address)
    {
        MigrationPlan plan = To(address).InCluster(it => it with { MigrationNetwork = network }).Planned();
        Assert.Contains(address.Trim('[', ']'), plan.Transfer.MigrationUri, StringComparison.Ordinal);
        Assert.Contains(network, plan.Decision("MigrationAddress").Reason, StringComparison.Ordinal);
    }

    // A silent fall back to the management network is what the network was stated against.
    [Theory]
    [InlineData("10.78.0.0/24", "10.78.1.0", "10.78.1.0")]
    [InlineData("10.78.0.0/24", "10.77.255.255", "10.77.255.255")]
    [InlineData("10.78.0.0/24", "fd00:78::2", "fd00:78::2")]
    [InlineData("fd00:78::/64", "fd00:79::2", "fd00:79::2")]
    [InlineData("10.78.0.0/24", "h2-mig.example", "h2-mig.example")]
    [InlineData("10.78.0.0/24", null, "none")]
    public void An_address_outside_or_unknown_is_refused(string network, string? address, string named)
    {
        VirtMigrationException error = To(address).InCluster(it => it with { MigrationNetwork = network }).Refused("MigrationAddressOutsideNetwork");
        Assert.Contains(network, error.Message, StringComparison.Ordinal);
        Assert.Contains($"h2 is {named}", error.Message, StringComparison.Ordinal);
        Assert.Equal("h2", error.Target);
        Assert.Contains("-MigrationAddress", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sources_address_does_not_matter()
    {
        MigrationRequest request = To("10.78.0.2").InCluster(it => it with { MigrationNetwork = "10.78.0.0/24" });
        Assert.NotNull((request with
        {
            Source = request.Source with { Registration = request.Source.Registration with { MigrationAddress = "192.168.0.1" } },
        }).Planned());
    }

    [Theory]
    [InlineData(null, "the host's own choice")]
    [InlineData("10.78.0.2", "tcp://10.78.0.2")]
    public void Without_a_network_any_address_will_do(string? address, string taken)
    {
        PlanDecision decision = To(address).Planned().Decision("MigrationAddress");
        Assert.Equal((taken, SettingOrigin.Host), (decision.Taken, decision.Origin));
    }

    private static MigrationRequest To(string? address)
    {
        MigrationRequest request = Given.Request();
        return request with
        {
            Destination = request.Destination with { Registration = request.Destination.Registration with { MigrationAddress = address } },
        };
    }
}
