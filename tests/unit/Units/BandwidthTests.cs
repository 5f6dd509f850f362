using System.Reflection;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Units;

public sealed class BandwidthTests
{
    private const string BeyondAnyNumber = "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("1bps", 1)]
    [InlineData("1bit/s", 1)]
    [InlineData("1kbps", 1_000)]
    [InlineData("1Mbps", 1_000_000)]
    [InlineData("1Gbps", 1_000_000_000)]
    [InlineData("1Tbps", 1_000_000_000_000)]
    [InlineData("1kbit/s", 1_000)]
    [InlineData("1Mbit/s", 1_000_000)]
    [InlineData("1Gbit/s", 1_000_000_000)]
    [InlineData("1Tbit/s", 1_000_000_000_000)]
    [InlineData("1kbit", 1_000)]
    [InlineData("1Mbit", 1_000_000)]
    [InlineData("1Gbit", 1_000_000_000)]
    [InlineData("1B/s", 8)]
    [InlineData("1KB/s", 8_000)]
    [InlineData("1MB/s", 8_000_000)]
    [InlineData("1GB/s", 8_000_000_000)]
    [InlineData("1KiB/s", 8_192)]
    [InlineData("1MiB/s", 8_388_608)]
    [InlineData("1GiB/s", 8_589_934_592)]
    [InlineData("0Gbps", 0)]
    [InlineData("10gbps", 10_000_000_000)]
    [InlineData("10GbPS", 10_000_000_000)]
    [InlineData("100miB/s", 838_860_800)]
    [InlineData("  2.5 Gbps ", 2_500_000_000)]
    [InlineData("1.5 GB/s", 12_000_000_000)]
    [InlineData(".5Mbps", 500_000)]
    [InlineData("0.4bps", 0)]
    public void A_rate_is_a_number_with_a_unit(string text, long bitsPerSecond)
    {
        Assert.True(Bandwidth.TryParse(text, out Bandwidth parsed));
        Assert.Equal(bitsPerSecond, parsed.BitsPerSecond);
    }

    [Fact]
    public void A_small_b_is_an_eighth_of_a_capital_B() =>
        Assert.Equal(Bandwidth.Parse("100MB/s").BitsPerSecond, 8 * Bandwidth.Parse("100Mbit/s").BitsPerSecond);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Gbps")]
    [InlineData("fast")]
    [InlineData("100")]
    [InlineData("104857600")]
    [InlineData("100MB")]
    [InlineData("10GB")]
    [InlineData("10GiB")]
    [InlineData("10Gb")]
    [InlineData("100Mb/s")]
    [InlineData("10 Gb/s")]
    [InlineData("100Mib/s")]
    [InlineData("10GBps")]
    [InlineData("10GBPS")]
    [InlineData("10GBit/s")]
    [InlineData("-1Gbps")]
    [InlineData("+1Gbps")]
    [InlineData("1,000Mbps")]
    [InlineData("1e3Mbps")]
    [InlineData("0x10Mbps")]
    [InlineData("1.2.3Gbps")]
    [InlineData("10 10Gbps")]
    [InlineData("Infinity Gbps")]
    [InlineData("NaN bps")]
    [InlineData("10Gbps!")]
    [InlineData("9223372036854775808bps")]
    [InlineData("10000000Tbps")]
    [InlineData(BeyondAnyNumber + "Gbps")]
    public void What_is_not_clearly_a_rate_is_refused(string text)
    {
        Assert.False(Bandwidth.TryParse(text, out _));
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => Bandwidth.Parse(text));
        Assert.Equal("BandwidthInvalid", error.ErrorId);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("10Gbps", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_not_a_rate()
    {
        Assert.False(Bandwidth.TryParse(null, out _));
        Assert.Throws<ArgumentNullException>(() => Bandwidth.Parse(null!));
    }

    [Theory]
    [InlineData("10Gbps", 1192)]
    [InlineData("1Gbps", 119)]
    [InlineData("25Gbps", 2980)]
    [InlineData("100Gbps", 11920)]
    [InlineData("1MiB/s", 1)]
    [InlineData("8388608bps", 1)]
    [InlineData("16777215bps", 1)]
    [InlineData("100MiB/s", 100)]
    [InlineData("unlimited", 8796093022207)]
    [InlineData("UNLIMITED", 8796093022207)]
    public void Libvirt_is_told_whole_mebibytes_rounded_down(string text, long mebibytes) =>
        Assert.Equal(mebibytes, Bandwidth.Parse(text).ToMebibytesPerSecond());

    [Theory]
    [InlineData("8Mbps")]
    [InlineData("8388607bps")]
    [InlineData("0Gbps")]
    public void Less_than_one_mebibyte_cannot_be_told(string text)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => Bandwidth.Parse(text).ToMebibytesPerSecond());
        Assert.Equal("BandwidthTooSmall", error.ErrorId);
    }

    [Fact]
    public void No_limit_is_what_libvirt_takes_as_no_limit()
    {
        Assert.Equal(long.MaxValue / (1L << 20), Bandwidth.UnlimitedMebibytesPerSecond);
        Assert.Equal(Bandwidth.Unlimited, Bandwidth.FromMebibytesPerSecond(Bandwidth.UnlimitedMebibytesPerSecond));
        Assert.True(Bandwidth.Unlimited.HasNoLimit());
        Assert.False(Bandwidth.Parse("10Tbps").HasNoLimit());
    }

    [Fact]
    public void The_factories_agree_with_the_texts()
    {
        Assert.Equal(Bandwidth.Parse("10Gbps"), Bandwidth.FromMegabitsPerSecond(10_000));
        Assert.Equal(Bandwidth.Parse("7bps"), Bandwidth.FromBitsPerSecond(7));
        Assert.Equal(Bandwidth.Parse("7B/s"), Bandwidth.FromBytesPerSecond(7));
        Assert.Equal(Bandwidth.Parse("7MiB/s"), Bandwidth.FromMebibytesPerSecond(7));
        Assert.Equal(10_000, Bandwidth.Parse("10Gbps").ToMegabitsPerSecond());
    }

    [Fact]
    public void A_rate_is_never_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Bandwidth.FromBitsPerSecond(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bandwidth.FromMegabitsPerSecond(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bandwidth.FromBytesPerSecond(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bandwidth.FromMebibytesPerSecond(-1));
    }

    [Fact]
    public void A_rate_too_large_to_hold_never_wraps_around()
    {
        Assert.True(Bandwidth.FromBytesPerSecond(long.MaxValue).HasNoLimit());
        Assert.True(Bandwidth.FromMebibytesPerSecond(long.MaxValue).HasNoLimit());
        Assert.Throws<OverflowException>(() => Bandwidth.FromMegabitsPerSecond(long.MaxValue));
    }

    [Theory]
    [InlineData("10Gbps", "10 Gbps")]
    [InlineData("943.7Mbps", "943.7 Mbps")]
    [InlineData("1MiB/s", "8.39 Mbps")]
    [InlineData("1Tbps", "1 Tbps")]
    [InlineData("2kbps", "2 kbps")]
    [InlineData("999bps", "999 bps")]
    [InlineData("0bps", "0 bps")]
    [InlineData("unlimited", "unlimited")]
    public void A_rate_is_shown_in_the_largest_unit(string text, string shown) => Assert.Equal(shown, Bandwidth.Parse(text).ToString());

    [Theory]
    [InlineData("10Gbps")]
    [InlineData("2.5 Gbps")]
    [InlineData("unlimited")]
    public void What_is_shown_can_be_read_again(string text) =>
        Assert.Equal(Bandwidth.Parse(text), Bandwidth.Parse(Bandwidth.Parse(text).ToString()));

    [Fact]
    public void A_share_is_an_equal_part_and_no_limit_stays_no_limit()
    {
        Assert.Equal(Bandwidth.Parse("5Gbps"), Bandwidth.Parse("10Gbps").DividedBy(2));
        Assert.Equal(Bandwidth.Unlimited, Bandwidth.Unlimited.DividedBy(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bandwidth.Unlimited.DividedBy(0));
    }

    [Fact]
    public void Rates_compare_by_size()
    {
        Bandwidth low = Bandwidth.Parse("999Mbps");
        Bandwidth high = Bandwidth.Parse("1Gbps");
        Assert.True(low < high && high > low && low <= high && high >= low);
        Assert.Equal(low, Bandwidth.Min(high, low));
        Assert.Equal(low, Bandwidth.Min(low, Bandwidth.Unlimited));
    }

    [Fact]
    public void The_shell_finds_no_way_from_a_number_to_a_rate()
    {
        Assert.Empty(typeof(Bandwidth).GetConstructors());
        Assert.DoesNotContain(typeof(Bandwidth).GetMethods(), method => method.Name is "op_Implicit" or "op_Explicit");
        MethodInfo parse = Assert.Single(typeof(Bandwidth).GetMethods(), method => method.Name == "Parse");
        Assert.Equal([typeof(string)], parse.GetParameters().Select(parameter => parameter.ParameterType));
    }

    [Theory]
    [InlineData(typeof(Bandwidth))]
    [InlineData(typeof(ByteSize))]
    public void A_unit_has_one_public_property_and_no_cast(Type unit)
    {
        Assert.Single(unit.GetProperties(BindingFlags.Public | BindingFlags.Instance));
        Assert.Empty(unit.GetFields(BindingFlags.Public | BindingFlags.Instance));
        Assert.DoesNotContain(unit.GetMethods(), method => method.Name is "op_Implicit" or "op_Explicit");
    }
}
