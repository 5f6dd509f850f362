using System.Globalization;
using VirtMigration.Options;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class ParallelChoiceTests
{
    [Theory]
    [InlineData("Disabled", "Disabled", false, null)]
    [InlineData("Auto", "Auto", false, null)]
    [InlineData("Parallel", "Parallel", true, null)]
    [InlineData("2", "2", true, 2)]
    [InlineData("8", "8", true, 8)]
    [InlineData("255", "255", true, 255)]
    [InlineData("disabled", "Disabled", false, null)]
    [InlineData("AUTO", "Auto", false, null)]
    [InlineData(" pArAlLeL ", "Parallel", true, null)]
    [InlineData(" 16 ", "16", true, 16)]
    public void A_choice_is_read_without_regard_to_case(string text, string value, bool forced, int? stated)
    {
        ParallelChoice choice = ParallelChoice.Parse(text);
        Assert.Equal(value, choice.Value);
        Assert.Equal(value, choice.ToString());
        Assert.Equal(forced, choice.IsForced());
        Assert.Equal(stated, choice.Stated());
    }

    [Theory]
    [InlineData("1", "one connection is not parallel")]
    [InlineData(" 1 ", "one connection is not parallel")]
    [InlineData("0", "from 2 to 255")]
    [InlineData("-1", "from 2 to 255")]
    [InlineData("-2", "from 2 to 255")]
    [InlineData("-8", "from 2 to 255")]
    [InlineData("256", "from 2 to 255")]
    [InlineData("2147483648", "from 2 to 255")]
    [InlineData("4.0", "from 2 to 255")]
    [InlineData("4 connections", "from 2 to 255")]
    [InlineData("On", "from 2 to 255")]
    [InlineData("ClusterValue", "from 2 to 255")]
    [InlineData("", "from 2 to 255")]
    [InlineData("  ", "from 2 to 255")]
    public void Anything_else_is_refused_by_name_and_with_the_reason(string text, string reason)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => ParallelChoice.Parse(text));
        Assert.Equal("ParallelConnectionsInvalid", error.ErrorId);
        Assert.Contains($"'{text.Trim()}'", error.Message.Replace($"'{text}'", $"'{text.Trim()}'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("Disabled, Auto, Parallel", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(int.MaxValue)]
    public void A_number_out_of_QEMUs_range_is_refused(int number) =>
        Assert.Equal("ParallelConnectionsInvalid", Assert.Throws<VirtMigrationException>(() => ParallelChoice.Number(number)).ErrorId);

    [Fact]
    public void Every_number_in_the_range_is_read_back_as_it_is_written() => Assert.All(Enumerable.Range(2, 254), number =>
    {
        ParallelChoice choice = ParallelChoice.Number(number);
        Assert.Equal(number, choice.Stated());
        Assert.True(choice.IsForced());
        Assert.Equal(choice, ParallelChoice.Parse(choice.Value));
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), choice.Value);
    });

    [Fact]
    public void A_choice_that_nobody_made_is_disabled() => Assert.Equal(ParallelChoice.Disabled, default);

    [Fact]
    public void The_choices_differ_from_each_other() => Assert.Equal(
        5, new[] { ParallelChoice.Disabled, ParallelChoice.Auto, ParallelChoice.Parallel, ParallelChoice.Number(2), ParallelChoice.Number(3) }.Distinct().Count());
}
