using System.Text.RegularExpressions;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>What holds for any definition and any layout.</summary>
public sealed class PinLayoutXmlPropertyTests
{
    private const int Cases = 1000;

    [Fact]
    public void The_pins_written_are_the_pins_read() => ForAny((definition, pins) => Assert.Equal(
        pins,
        PinLayout.Of(DomainXml.Read(PinLayoutXml.Write(definition.Text, pins)))));

    [Fact]
    public void Nothing_but_pins_changes_by_a_letter() => ForAny((definition, pins) => Assert.Equal(
        WithoutPins(definition.Text),
        WithoutPins(PinLayoutXml.Write(definition.Text, pins))));

    [Fact]
    public void To_write_them_again_changes_nothing() => ForAny((definition, pins) =>
    {
        string once = PinLayoutXml.Write(definition.Text, pins);
        Assert.Equal(once, PinLayoutXml.Write(once, pins));
    });

    [Fact]
    public void No_CPU_is_named_that_the_layout_does_not_name() => ForAny((definition, pins) =>
    {
        HashSet<int> known =
        [
            .. pins.VCpus.Concat(pins.IoThreads).SelectMany(pin => pin.Cpus),
            .. pins.Emulator ?? [],
        ];
        MatchCollection named = Regex.Matches(WithoutMetadata(PinLayoutXml.Write(definition.Text, pins)), "cpuset=['\"]([^'\"]*)['\"]");
        Assert.All(named, match => Assert.Subset(known, CpuSet.Parse(match.Groups[1].Value).ToHashSet()));
    });

    [Fact]
    public void Ones_own_pins_are_told_apart_from_others() => ForAny((definition, pins) =>
    {
        string written = PinLayoutXml.Write(definition.Text, pins);
        Assert.False(PinLayoutXml.Differ(written, written));
        if (PinLayout.Of(DomainXml.Read(definition.Text)) != pins)
        {
            Assert.True(PinLayoutXml.Differ(written, definition.Text));
        }
    });

    private static void ForAny(Action<AnyDefinition, PinLayout> holds)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            AnyDefinition definition = new(seed);
            holds(definition, definition.Layout());
        }
    }

    private static string WithoutMetadata(string text) => Regex.Replace(text, "<metadata>.*?</metadata>", string.Empty, RegexOptions.Singleline);

    private static string WithoutPins(string text)
    {
        string metadata = Regex.Match(text, "<metadata>.*?</metadata>", RegexOptions.Singleline).Value;
        string rest = Regex.Replace(text.Replace(metadata, string.Empty, StringComparison.Ordinal), @"\s*<(vcpupin|emulatorpin|iothreadpin|memnode)\b[^>]*/>", string.Empty);
        rest = Regex.Replace(rest, @"\s*<memory\b[^>]*\b(nodeset|placement)=[^>]*/>", string.Empty);
        rest = Regex.Replace(rest, @"(<vcpu\b(?! placement=""auto"")[^>]*?) cpuset=['""][^'""]*['""]", "$1");
        return metadata + Regex.Replace(rest, @"\s*<(cputune|numatune)>\s*</\1>", string.Empty);
    }
}
