using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Units;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("1ms", 1)]
    [InlineData("500ms", 500)]
    [InlineData("500 MS", 500)]
    [InlineData("2s", 2_000)]
    [InlineData("0.5s", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("1.5min", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void A_duration_is_a_number_with_a_unit(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), DurationText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("500")]
    [InlineData("5")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("00:05:00")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("5 days")]
    [InlineData("1000000000000h")]
    [InlineData("99999999999999999999999999999999s")]
    public void What_is_not_clearly_a_duration_is_refused(string text) =>
        Assert.Equal("DurationInvalid", Assert.Throws<VirtMigrationException>(() => DurationText.Parse(text)).ErrorId);

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(45, "45 ms")]
    [InlineData(999, "999 ms")]
    [InlineData(1_000, "1 s")]
    [InlineData(2_345, "2.3 s")]
    [InlineData(250_000, "4 min 10 s")]
    [InlineData(3_600_000, "1 h 0 min")]
    [InlineData(90_000_000, "25 h 0 min")]
    public void A_duration_is_shown_at_a_precision_that_suits_its_size(long milliseconds, string shown) =>
        Assert.Equal(shown, DurationText.Format(TimeSpan.FromMilliseconds(milliseconds)));
}
