using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class PinningXmlTests
{
    [Fact]
    public void Nothing_stated_is_nothing_pinned()
    {
        VmDefinition definition = Definitions.Read("<vcpu placement='static'>4</vcpu><iothreads>2</iothreads>");
        Assert.Empty(definition.VCpuPins);
        Assert.Empty(definition.IoThreadPins);
        Assert.Null(definition.EmulatorPin);
    }

    [Fact]
    public void A_set_for_all_holds_for_every_thread_without_one_of_its_own()
    {
        VmDefinition definition = Definitions.Read("""
            <vcpu placement='static' cpuset='0-3,^1'>3</vcpu>
            <iothreads>2</iothreads>
            <cputune><vcpupin vcpu='1' cpuset='8'/><iothreadpin iothread='2' cpuset='9'/></cputune>
            """);
        Assert.Equal(["0:0,2,3", "1:8", "2:0,2,3"], Text(definition.VCpuPins));
        Assert.Equal(["1:0,2,3", "2:9"], Text(definition.IoThreadPins));
        Assert.Equal([0, 2, 3], definition.EmulatorPin);
    }

    [Fact]
    public void QEMUs_other_threads_may_have_a_set_of_their_own() => Assert.Equal(
        [6, 7],
        Definitions.Read("<vcpu cpuset='0-3'>1</vcpu><cputune><emulatorpin cpuset='6-7'/></cputune>").EmulatorPin);

    [Fact]
    public void With_automatic_placement_a_set_for_all_is_ignored()
    {
        VmDefinition definition = Definitions.Read("<vcpu placement='auto' cpuset='0-3'>2</vcpu><iothreads>1</iothreads>");
        Assert.Empty(definition.VCpuPins);
        Assert.Empty(definition.IoThreadPins);
        Assert.Null(definition.EmulatorPin);
    }

    [Theory]
    [InlineData("<vcpu>2</vcpu>", "0:4", "1:5")]
    [InlineData("<vcpu current='1'>4</vcpu>", "0:4")]
    [InlineData("<vcpu>8</vcpu>", "0:4", "1:5", "7:7")]
    [InlineData(
        "<vcpu current='2'>8</vcpu><vcpus><vcpu id='7' enabled='yes'/><vcpu id='1' enabled='no'/><vcpu id='0' enabled='yes'/></vcpus>",
        "0:4",
        "7:7")]
    public void Only_vCPUs_that_exist_are_pinned(string vcpus, params string[] expected) => Assert.Equal(
        expected,
        Text(Definitions.Read(
            $"""
            {vcpus}
            <cputune>
              <vcpupin vcpu='7' cpuset='7'/><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><vcpupin vcpu='99' cpuset='6'/>
            </cputune>
            """).VCpuPins));

    [Theory]
    [InlineData("", "1:0", "2:0")]
    [InlineData("<iothreadids><iothread id='5'/></iothreadids>", "1:0", "5:0")]
    [InlineData("<iothreadids><iothread id='7'/><iothread id='2'/></iothreadids>", "2:0", "7:0")]
    public void IO_threads_have_ids(string ids, params string[] expected) => Assert.Equal(
        expected,
        Text(Definitions.Read($"<vcpu cpuset='0'>1</vcpu><iothreads>2</iothreads>{ids}").IoThreadPins));

    [Fact]
    public void A_set_that_cannot_be_read_names_what_is_wrong_with_it()
    {
        FormatException error = Assert.Throws<FormatException>(
            () => Definitions.Read("<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='0-3;5'/></cputune>"));
        Assert.Contains("';' at position 4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<vcpu>1</vcpu><cputune><vcpupin cpuset='0'/></cputune>", "vcpupin without vcpu")]
    [InlineData("<vcpu>1</vcpu><iothreadids><iothread/></iothreadids>", "iothread without id")]
    public void A_pin_without_its_thread_is_refused(string content, string expected)
    {
        FormatException error = Assert.Throws<FormatException>(() => Definitions.Read(content));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Text(IEnumerable<CpuPin> pins) => pins.Select(pin => $"{pin.Id}:{string.Join(',', pin.Cpus)}");
}
