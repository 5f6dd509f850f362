using VirtMigration.Native.Xml;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class CpuSetTests
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-3", new[] { 0, 1, 2, 3 })]
    [InlineData("2-2", new[] { 2 })]
    [InlineData("0-3,^2,8", new[] { 0, 1, 3, 8 })]
    [InlineData("8,0-1", new[] { 0, 1, 8 })]
    [InlineData("1,1,1-2", new[] { 1, 2 })]
    [InlineData(" 4 , 6 ", new[] { 4, 6 })]
    [InlineData("0 - 2", new[] { 0, 1, 2 })]
    [InlineData("0-1,^5", new[] { 0, 1 })]
    [InlineData("^1,0-1", new[] { 0, 1 })]
    [InlineData("0,^0", new int[0])]
    [InlineData("65535", new[] { 65535 })]
    public void A_set_gives_its_numbers_ascending(string text, int[] expected) => Assert.Equal(expected, CpuSet.Parse(text));

    [Theory]
    [InlineData("", "it ends at position 1, where a number belongs")]
    [InlineData("a", "'a' at position 1 stands where a number belongs")]
    [InlineData("0-3,x", "'x' at position 5 stands where a number belongs")]
    [InlineData("0-3;5", "';' at position 4 stands where a comma or the end belongs")]
    [InlineData("0 1", "'1' at position 3 stands where a comma or the end belongs")]
    [InlineData("0-3x", "'x' at position 4 stands where a comma or the end belongs")]
    [InlineData("4,3-1", "the range 3-1 at position 3 runs backwards")]
    [InlineData("-1", "'-' at position 1 stands where a number belongs")]
    [InlineData("1-", "it ends at position 3, where a number belongs")]
    [InlineData("1-2-3", "'-' at position 4 stands where a comma or the end belongs")]
    [InlineData("1,,2", "',' at position 3 stands where a number belongs")]
    [InlineData("1,", "it ends at position 3, where a number belongs")]
    [InlineData("^", "it ends at position 2, where a number belongs")]
    [InlineData("^1-2", "'-' at position 3 stands where a comma or the end belongs")]
    [InlineData("0-65536", "65536 at position 3 is above 65535")]
    [InlineData("7,99999999999999999999", "99999999999999999999 at position 3 is above 65535")]
    [InlineData("\u0661", "'\u0661' at position 1 stands where a number belongs")]
    public void Anything_else_is_refused_with_what_is_wrong_and_where(string text, string why)
    {
        FormatException error = Assert.Throws<FormatException>(() => CpuSet.Parse(text));
        Assert.Equal($"'{text}' is not a set of CPUs or cells: {why}.", error.Message);
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("3", new[] { 3 })]
    [InlineData("0-1", new[] { 1, 0, 1 })]
    [InlineData("0-3,5,7-8", new[] { 0, 1, 2, 3, 5, 7, 8 })]
    public void A_set_is_written_as_libvirt_writes_it(string expected, int[] numbers) => Assert.Equal(expected, CpuSet.Format(numbers));
}
