using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class BandwidthRuleTests
{
    // libvirt takes MiB (2^20 bytes) and networks are in Mb (10^6 bits): 10 Gbps are 1192 MiB/s. Handed over as 1250 "MiB/s" they would be
    // 10.49 Gbps, more than the link.
    [Theory]
    [InlineData("10Gbps", 1192)]
    [InlineData("25Gbps", 2980)]
    [InlineData("100Gbps", 11920)]
    [InlineData("1Gbps", 119)]
    [InlineData("100Mbps", 11)]
    [InlineData("9Mbps", 1)]
    [InlineData("8388608bps", 1)]
    [InlineData("16777215bps", 1)]
    [InlineData("100MiB/s", 100)]
    [InlineData("100MB/s", 95)]
    [InlineData("unlimited", 8796093022207)]
    public void Megabits_and_mebibytes_do_not_meet(string stated, long mebibytes)
    {
        MigrationPlan plan = Given.Request().WithLinks(null, null).Asking(it => it with { Bandwidth = Bandwidth.Parse(stated) }).Planned();
        Assert.Equal(Bandwidth.Parse(stated), plan.Transfer.Bandwidth);
        Assert.Equal(mebibytes, plan.Transfer.Bandwidth.ToMebibytesPerSecond());
    }

    // In the peer a stated limit below 8 Mbps for each migration at a time becomes 52 MiB/s (436 Mbps), and an unknown link too.
    [Theory]
    [InlineData("9Mbps", "10Gbps", 2)]
    [InlineData("9Mbps", "10Gbps", 8)]
    [InlineData("15Mbps", "10Gbps", 2)]
    [InlineData("15Mbps", null, 2)]
    [InlineData("100Mbps", "100Gbps", 50)]
    public void A_small_limit_stays_small_however_many_run_at_a_time(string stated, string? link, int atATime)
    {
        foreach (MigrationRequest request in new[]
            {
                Given.Request().Asking(it => it with { Bandwidth = Bandwidth.Parse(stated) }).InCluster(it => it with { MaxConcurrent = atATime }),
                Given.Request().Stating(new() { MigrationBandwidth = BandwidthChoice.Parse(stated) }).InCluster(it => it with { MaxConcurrent = atATime }),
                Given.Request().InCluster(it => it with { MigrationBandwidth = BandwidthChoice.Parse(stated), MaxConcurrent = atATime }),
            })
        {
            Assert.Equal(Bandwidth.Parse(stated), request.WithLinks(link, link).Planned().Transfer.Bandwidth);
        }
    }

    [Theory]
    [InlineData("8388607bps")]
    [InlineData("8Mbps")]
    [InlineData("0bps")]
    public void What_libvirt_would_take_for_nothing_stated_is_refused(string stated)
    {
        Given.Request().Asking(it => it with { Bandwidth = Bandwidth.Parse(stated) }).Refused("BandwidthTooSmall");
        Given.Request().Stating(new() { MigrationBandwidth = BandwidthChoice.Parse(stated) }).Refused("BandwidthTooSmall");
    }

    [Fact]
    public void Nothing_is_no_bandwidth() => Given.Request().Stating(new() { MigrationBandwidth = BandwidthChoice.None }).Refused("BandwidthInvalid");

    [Theory]
    [InlineData(SettingOrigin.Parameter, "3Gbps", "3 Gbps")]
    [InlineData(SettingOrigin.Vm, "3Gbps", "3 Gbps")]
    [InlineData(SettingOrigin.Vm, "unlimited", "unlimited")]
    [InlineData(SettingOrigin.Cluster, "3Gbps", "3 Gbps")]
    [InlineData(SettingOrigin.Cluster, "40Gbps", "10 Gbps")]
    [InlineData(SettingOrigin.Cluster, "unlimited", "unlimited")]
    [InlineData(SettingOrigin.Cluster, "Link", "10 Gbps")]
    [InlineData(SettingOrigin.Vm, "Link", "10 Gbps")]
    public void It_is_taken_from_whoever_states_it(SettingOrigin origin, string stated, string taken)
    {
        BandwidthChoice choice = BandwidthChoice.Parse(stated);
        MigrationPlan plan = (origin switch
        {
            SettingOrigin.Parameter => Given.Request().Asking(it => it with { Bandwidth = choice.Stated() }),
            SettingOrigin.Vm => Given.Request().Stating(new() { MigrationBandwidth = choice }).InCluster(it => it with { MigrationBandwidth = BandwidthChoice.Parse("1Gbps") }),
            _ => Given.Request().InCluster(it => it with { MigrationBandwidth = choice }),
        }).Planned();
        Assert.Equal(Bandwidth.Parse(taken), plan.Transfer.Bandwidth);
        Assert.Equal((taken, origin), (plan.Decision("Bandwidth").Taken, plan.Decision("Bandwidth").Origin));
        Assert.Equal(stated == "40Gbps", plan.Decision("Bandwidth").Changed);
    }

    // A lone parallel migration has the whole link: the peer divides it by the policy's number at a time.
    [Theory]
    [InlineData("10Gbps", 1)]
    [InlineData("100Gbps", 2)]
    [InlineData("100Gbps", 8)]
    public void It_is_not_divided_in_the_plan(string link, int atATime)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.VeryLarge with { MaxConcurrent = atATime }).WithLinks(link, link);
        Assert.Equal(Bandwidth.Parse(link), request.Planned().Transfer.Bandwidth);
        Assert.Equal(1, request.Planned().Concurrency);
        Assert.Equal(Bandwidth.Parse(link), Given.Request(BuiltInPolicies.Default with { MaxConcurrent = atATime }).WithLinks(link, link).Planned().Transfer.Bandwidth);
    }

    // Unlimited by parameter lets go of the links, but not of what they say about parallel connections.
    [Fact]
    public void Without_a_limit_the_links_still_decide_how_many_connections()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.VeryLarge).WithLinks("40Gbps", "100Gbps").Asking(it => it with { Bandwidth = Bandwidth.Unlimited }).Planned();
        Assert.Equal(Bandwidth.Unlimited, plan.Transfer.Bandwidth);
        Assert.Equal(4, plan.Transfer.ParallelConnections);
    }

    [Fact]
    public void Unknown_links_are_said_to_be_unknown()
    {
        MigrationPlan plan = Given.Request().WithLinks(null, "1Gbps").Planned();
        Assert.Contains("h1 not known", plan.Decision("Bandwidth").Reason, StringComparison.Ordinal);
        Assert.Contains("h2 1 Gbps", plan.Decision("Bandwidth").Reason, StringComparison.Ordinal);
    }
}
