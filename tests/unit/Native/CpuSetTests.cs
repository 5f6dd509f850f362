using VirtMigration.Native.Xml;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class CpuSetTests
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-3", new[] { 0, 1, 2, 3 })]
    [InlineData("0-3,^2,8", new[] { 0, 1, 3, 8 })]
    [InlineData("8,0-1", new[] { 0, 1, 8 })]
    [InlineData("1,1,1-2", new[] { 1, 2 })]
    [InlineData(" 4 , 6 ", new[] { 4, 6 })]
    [InlineData("0-1,^5", new[] { 0, 1 })]
    [InlineData("0,^0", new int[0])]
    public void A_set_gives_its_CPUs_ascending(string text, int[] expected) => Assert.Equal(expected, CpuSet.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1,,2")]
    [InlineData("^")]
    [InlineData("^1-2")]
    [InlineData("0-4294967295")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => CpuSet.Parse(text));
}
