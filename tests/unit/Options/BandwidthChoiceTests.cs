using VirtMigration.Options;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class BandwidthChoiceTests
{
    [Theory]
    [InlineData("None", "None", null)]
    [InlineData(" none ", "None", null)]
    [InlineData("LINK", "Link", null)]
    [InlineData("Link", "Link", null)]
    [InlineData("10Gbps", "10 Gbps", "10Gbps")]
    [InlineData("100MB/s", "800 Mbps", "800Mbps")]
    [InlineData("Unlimited", "unlimited", "unlimited")]
    public void None_the_link_or_a_rate_with_its_unit(string text, string value, string? rate)
    {
        BandwidthChoice choice = BandwidthChoice.Parse(text);
        Assert.Equal(value, choice.Value);
        Assert.Equal(value, choice.ToString());
        Assert.Equal(rate is null ? null : Bandwidth.Parse(rate), choice.Stated());
    }

    // 10G is a size to some and a rate to others; 100MB is what the shell makes of a size.
    [Theory]
    [InlineData("10G")]
    [InlineData("10GB")]
    [InlineData("100MB")]
    [InlineData("10")]
    [InlineData("0")]
    [InlineData("-1Gbps")]
    [InlineData("Gbps")]
    [InlineData("Auto")]
    [InlineData("ClusterValue")]
    [InlineData("")]
    public void Anything_else_is_refused(string text)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => BandwidthChoice.Parse(text));
        Assert.Equal("BandwidthInvalid", error.ErrorId);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public void A_choice_that_nobody_made_is_none() => Assert.Equal(BandwidthChoice.None, default);

    [Fact]
    public void A_rate_is_kept_exactly()
    {
        Bandwidth rate = Bandwidth.FromBitsPerSecond(12_345_678_901);
        Assert.Equal(rate, BandwidthChoice.Of(rate).Stated());
        Assert.NotEqual(BandwidthChoice.Of(rate), BandwidthChoice.Of(Bandwidth.FromBitsPerSecond(12_345_678_902)));
    }

    [Fact]
    public void A_rate_of_zero_is_neither_none_nor_the_link()
    {
        BandwidthChoice zero = BandwidthChoice.Of(Bandwidth.FromBitsPerSecond(0));
        Assert.NotEqual(BandwidthChoice.None, zero);
        Assert.NotEqual(BandwidthChoice.Link, zero);
        Assert.NotNull(zero.Stated());
    }
}
