using VirtMigration.Native.Xml;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class IntentXmlTests
{
    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        MigrationIntent intent = new(
            "alice@ops1 <\"&'>",
            "ops1",
            4711,
            "VeryLarge",
            "h2",
            new DateTimeOffset(2026, 11, 21, 7, 30, 1, 123, TimeSpan.FromHours(1)));
        Assert.Equal(intent, IntentXml.Read(IntentXml.Write(intent)));
    }

    [Theory]
    [InlineData("<intent/>")]
    [InlineData("<intent operator='a' machine='m' pid='x' policy='p' destination='d' started='2026-11-21T07:30:01Z'/>")]
    [InlineData("<intent operator='a' machine='m' pid='1' policy='p' destination='d' started='yesterday'/>")]
    public void A_record_that_is_not_complete_is_none(string text) => Assert.Null(IntentXml.Read(text));
}
