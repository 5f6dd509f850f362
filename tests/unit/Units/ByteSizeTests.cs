using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Units;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0B", 0)]
    [InlineData("1B", 1)]
    [InlineData("1KiB", 1L << 10)]
    [InlineData("1MiB", 1L << 20)]
    [InlineData("64GiB", 64L << 30)]
    [InlineData("1TiB", 1L << 40)]
    [InlineData("1.5TiB", 3L << 39)]
    [InlineData(" 512 mib ", 512L << 20)]
    public void An_amount_is_a_number_with_a_unit(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text).Bytes);

    [Theory]
    [InlineData("64GB", "64GiB")]
    [InlineData("1MB", "1MiB")]
    [InlineData("1KB", "1KiB")]
    [InlineData("1TB", "1TiB")]
    public void The_shells_units_are_powers_of_two(string shells, string exact) => Assert.Equal(ByteSize.Parse(exact), ByteSize.Parse(shells));

    [Theory]
    [InlineData("")]
    [InlineData("64")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("1,5GiB")]
    [InlineData("1e3GiB")]
    [InlineData("64GiB/s")]
    [InlineData("10Gbps")]
    [InlineData("64Gbit")]
    [InlineData("8388608TiB")]
    [InlineData("99999999999999999999999999999999GiB")]
    public void What_is_not_clearly_an_amount_is_refused(string text) =>
        Assert.Equal("ByteSizeInvalid", Assert.Throws<VirtMigrationException>(() => ByteSize.Parse(text)).ErrorId);

    [Fact]
    public void An_integer_is_bytes_because_the_shell_turns_64GB_into_one() => Assert.Equal(ByteSize.Parse("64GB"), new ByteSize(68719476736));

    [Fact]
    public void An_amount_never_wraps_around_and_is_never_negative()
    {
        Assert.Throws<OverflowException>(() => ByteSize.FromKibibytes(long.MaxValue));
        Assert.Throws<OverflowException>(() => ByteSize.FromMebibytes(long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteSize(-1));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(64L << 30, "64 GiB")]
    [InlineData(3L << 39, "1.5 TiB")]
    public void An_amount_is_shown_in_the_largest_unit(long bytes, string shown) => Assert.Equal(shown, new ByteSize(bytes).ToString());

    [Fact]
    public void Amounts_compare_by_size()
    {
        ByteSize small = ByteSize.FromKibibytes(1);
        ByteSize large = ByteSize.FromMebibytes(1);
        Assert.True(small < large && large > small && small <= large && large >= small);
    }
}
