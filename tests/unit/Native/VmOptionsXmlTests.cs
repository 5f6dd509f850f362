using VirtMigration.Native.Xml;
using VirtMigration.Options;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class VmOptionsXmlTests
{
    private static readonly VmMigrationOptions s_all = new()
    {
        Policy = "Very <\"&'> Large",
        ParallelConnections = ParallelChoice.Number(255),
        MaxParallelConnections = 8,
        MigrationBandwidth = BandwidthChoice.Of(Bandwidth.FromMegabitsPerSecond(1000)),
        SwitchoverBandwidth = BandwidthChoice.Link,
        Encryption = true,
        MaxDowntime = TimeSpan.FromMilliseconds(500),
        RemapPins = true,
        GuestNotice = GuestNotice.Parse("channel:org.example.notice.0"),
        MigrationMode = MigrationMode.ManualOnly,
        MigrationPriority = MigrationPriority.High,
        HighPerformance = true,
        AssignedHosts = HostNames.Parse("h1,h2"),
        ExcludedHosts = HostNames.Parse("h3"),
        PreferredHosts = HostNames.Parse("h1"),
        AvoidedHosts = HostNames.Parse("h2"),
    };

    /// <summary>One value each, with its attribute: the text is what other versions of the module will find.</summary>
    public static TheoryData<VmMigrationOptions, string> Values => new()
    {
        { new() { Policy = "MinimalDowntime" }, "policy=\"MinimalDowntime\"" },
        { new() { Policy = "Zürich 東京" }, "policy=\"Zürich 東京\"" },
        { new() { Policy = " a\tb\nc " }, "policy=\" a&#x9;b&#xA;c \"" },
        { new() { ParallelConnections = ParallelChoice.Disabled }, "parallelConnections=\"Disabled\"" },
        { new() { ParallelConnections = ParallelChoice.Auto }, "parallelConnections=\"Auto\"" },
        { new() { ParallelConnections = ParallelChoice.Parallel }, "parallelConnections=\"Parallel\"" },
        { new() { ParallelConnections = ParallelChoice.Number(2) }, "parallelConnections=\"2\"" },
        { new() { ParallelConnections = ParallelChoice.Number(255) }, "parallelConnections=\"255\"" },
        { new() { MaxParallelConnections = 2 }, "maxParallelConnections=\"2\"" },
        { new() { MaxParallelConnections = 255 }, "maxParallelConnections=\"255\"" },
        { new() { MigrationBandwidth = BandwidthChoice.None }, "migrationBandwidth=\"None\"" },
        { new() { MigrationBandwidth = BandwidthChoice.Link }, "migrationBandwidth=\"Link\"" },
        { new() { MigrationBandwidth = BandwidthChoice.Of(Bandwidth.Unlimited) }, "migrationBandwidth=\"unlimited\"" },
        { new() { MigrationBandwidth = BandwidthChoice.Of(default) }, "migrationBandwidth=\"0bps\"" },
        { Migration(1_000_000_000), "migrationBandwidth=\"1000000000bps\"" },
        { Migration(1_234_567_891), "migrationBandwidth=\"1234567891bps\"" },
        { Migration(long.MaxValue - 1), "migrationBandwidth=\"9223372036854775806bps\"" },
        { new() { SwitchoverBandwidth = BandwidthChoice.None }, "switchoverBandwidth=\"None\"" },
        { new() { SwitchoverBandwidth = BandwidthChoice.Link }, "switchoverBandwidth=\"Link\"" },
        { new() { SwitchoverBandwidth = BandwidthChoice.Of(Bandwidth.FromMebibytesPerSecond(1)) }, "switchoverBandwidth=\"8388608bps\"" },
        { new() { Encryption = true }, "encryption=\"yes\"" },
        { new() { Encryption = false }, "encryption=\"no\"" },
        { new() { MaxDowntime = TimeSpan.FromMilliseconds(1) }, "maxDowntime=\"1ms\"" },
        { new() { MaxDowntime = new(15_001) }, "maxDowntime=\"1.5001ms\"" },
        { new() { MaxDowntime = TimeSpan.FromSeconds(2000) }, "maxDowntime=\"2000000ms\"" },
        { new() { RemapPins = true }, "remapPins=\"yes\"" },
        { new() { RemapPins = false }, "remapPins=\"no\"" },
        { new() { GuestNotice = GuestNotice.Disabled }, "guestNotice=\"Disabled\"" },
        { new() { GuestNotice = GuestNotice.Parse("agent:__com.example_notify") }, "guestNotice=\"agent:__com.example_notify\"" },
        { new() { MigrationMode = MigrationMode.ManualAndAutomatic }, "migrationMode=\"ManualAndAutomatic\"" },
        { new() { MigrationMode = MigrationMode.ManualOnly }, "migrationMode=\"ManualOnly\"" },
        { new() { MigrationMode = MigrationMode.NotMigratable }, "migrationMode=\"NotMigratable\"" },
        { new() { MigrationPriority = MigrationPriority.Low }, "migrationPriority=\"Low\"" },
        { new() { MigrationPriority = MigrationPriority.Medium }, "migrationPriority=\"Medium\"" },
        { new() { MigrationPriority = MigrationPriority.High }, "migrationPriority=\"High\"" },
        { new() { HighPerformance = true }, "highPerformance=\"yes\"" },
        { new() { HighPerformance = false }, "highPerformance=\"no\"" },
        { new() { AssignedHosts = HostNames.Parse("h2.example, h1") }, "assignedHosts=\"h1,h2.example\"" },
        { new() { ExcludedHosts = HostNames.Parse("h9") }, "excludedHosts=\"h9\"" },
        { new() { PreferredHosts = HostNames.Parse("h9") }, "preferredHosts=\"h9\"" },
        { new() { AvoidedHosts = HostNames.Parse("h9") }, "avoidedHosts=\"h9\"" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_written_in_one_way_and_comes_back_exactly(VmMigrationOptions options, string attribute)
    {
        string? text = Write(options);
        Assert.Equal($"<options version=\"1\" {attribute} />", text);
        Assert.Equal(options, VmOptionsXml.Read(text!));
    }

    [Fact]
    public void All_values_come_back_together()
    {
        string? text = Write(s_all);
        Assert.Equal(
            "<options version=\"1\" policy=\"Very &lt;&quot;&amp;'&gt; Large\" parallelConnections=\"255\" maxParallelConnections=\"8\" "
                + "migrationBandwidth=\"1000000000bps\" switchoverBandwidth=\"Link\" encryption=\"yes\" maxDowntime=\"500ms\" "
                + "remapPins=\"yes\" guestNotice=\"channel:org.example.notice.0\" migrationMode=\"ManualOnly\" migrationPriority=\"High\" highPerformance=\"yes\" assignedHosts=\"h1,h2\" excludedHosts=\"h3\" preferredHosts=\"h1\" "
                + "avoidedHosts=\"h2\" />",
            text);
        Assert.Equal(s_all, VmOptionsXml.Read(text!));
    }

    [Theory]
    [InlineData("migrationBandwidth='10 Gbps' maxDowntime='2s'")]
    [InlineData("migrationBandwidth='10gbps' maxDowntime='2000 ms'")]
    public void What_somebody_wrote_by_hand_is_read_with_its_unit(string attributes) => Assert.Equal(
        new() { MigrationBandwidth = BandwidthChoice.Of(Bandwidth.FromMegabitsPerSecond(10_000)), MaxDowntime = TimeSpan.FromSeconds(2) },
        VmOptionsXml.Read($"<options version='1' {attributes}/>"));

    [Fact]
    public void Nothing_stated_is_nothing_stored()
    {
        Assert.Null(Write(VmMigrationOptions.Empty));
        Assert.Null(Write(VmMigrationOptions.Empty, "<options version='1' policy='p' maxDowntime='5ms'>\n  \n</options>"));
        Assert.Null(Write(VmMigrationOptions.Empty, "<options xmlns:a='urn:a' version='1'/>"));
        Assert.Equal(VmMigrationOptions.Empty, VmOptionsXml.Read("<options version='1'/>"));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("10")]
    [InlineData("002")]
    [InlineData("99999999999999999999999999")]
    public void A_newer_version_is_not_guessed_at_and_never_overwritten(string version)
    {
        string text = $"<options version='{version}' policy='p'/>";
        Assert.Equal(
            new() { Problem = $"The VM's migration options were written by a newer version ({version}; this one knows 1)." },
            VmOptionsXml.Read(text));
        foreach (VmMigrationOptions options in (VmMigrationOptions[])[s_all, VmMigrationOptions.Empty, VmOptionsXml.Read(text)])
        {
            VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => Write(options, text));
            Assert.Equal("VmOptionsTooNew", error.ErrorId);
            Assert.Equal("web1", error.Target);
            Assert.Contains($"VM web1 were written by a newer version ({version};", error.Message, StringComparison.Ordinal);
            Assert.Contains("Update this module", error.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("policy='p'", "no version")]
    [InlineData("version='' policy='p'", "''")]
    [InlineData("version='0' policy='p'", "'0'")]
    [InlineData("version='-1' policy='p'", "'-1'")]
    [InlineData("version='one' policy='p'", "'one'")]
    [InlineData("version='1' policy=''", "policy")]
    [InlineData("version='1' policy=' '", "policy")]
    [InlineData("version='1' parallelConnections='1'", "'1'")]
    [InlineData("version='1' parallelConnections='256'", "'256'")]
    [InlineData("version='1' parallelConnections='many'", "'many'")]
    [InlineData("version='1' maxParallelConnections='1'", "'1'")]
    [InlineData("version='1' maxParallelConnections='256'", "'256'")]
    [InlineData("version='1' maxParallelConnections='8.0'", "'8.0'")]
    [InlineData("version='1' maxParallelConnections=''", "maxParallelConnections")]
    [InlineData("version='1' migrationBandwidth='100'", "'100'")]
    [InlineData("version='1' migrationBandwidth='-1bps'", "'-1bps'")]
    [InlineData("version='1' migrationBandwidth='9223372036854775808bps'", "'9223372036854775808bps'")]
    [InlineData("version='1' switchoverBandwidth='fast'", "'fast'")]
    [InlineData("version='1' encryption='Yes'", "'Yes'")]
    [InlineData("version='1' encryption='1'", "'1'")]
    [InlineData("version='1' maxDowntime='500'", "'500'")]
    [InlineData("version='1' maxDowntime='0ms'", "'0ms'")]
    [InlineData("version='1' maxDowntime='0.9999ms'", "'0.9999ms'")]
    [InlineData("version='1' maxDowntime='2000001ms'", "'2000001ms'")]
    [InlineData("version='1' maxDowntime='99999999999999h'", "'99999999999999h'")]
    [InlineData("version='1' remapPins='true'", "'true'")]
    [InlineData("version='1' guestNotice='agent:guest-exec'", "runs programs in the guest")]
    [InlineData("version='1' migrationMode='1'", "'1'")]
    [InlineData("version='1' migrationMode='manualOnly'", "'manualOnly'")]
    [InlineData("version='1' migrationMode=''", "''")]
    [InlineData("version='1' migrationPriority='Urgent'", "'Urgent' is no migration priority")]
    [InlineData("version='1' migrationPriority='3'", "'3'")]
    [InlineData("version='1' highPerformance=''", "''")]
    [InlineData("version='1' assignedHosts=''", "assignedHosts: it names no host")]
    [InlineData("version='1' excludedHosts=' , '", "excludedHosts: it names no host")]
    [InlineData("version='1' policy='p' encryption='perhaps' maxDowntime='5ms'", "encryption: 'perhaps'")]
    public void What_cannot_be_understood_counts_as_nothing_says_why_and_can_be_replaced(string attributes, string named)
    {
        string text = $"<options {attributes}/>";
        VmMigrationOptions options = VmOptionsXml.Read(text);
        Assert.NotNull(options.Problem);
        Assert.Equal(new() { Problem = options.Problem }, options);
        Assert.StartsWith("The VM's migration options cannot be understood. ", options.Problem, StringComparison.Ordinal);
        Assert.Contains(named, options.Problem, StringComparison.Ordinal);
        Assert.Equal(Write(s_all), Write(s_all, text));
        Assert.Null(Write(options, text));
    }

    [Theory]
    [InlineData("<options version='1'")]
    [InlineData("<options version='1' a:b='c'/>")]
    [InlineData("<!DOCTYPE options [<!ENTITY e 'x'>]><options version='1' policy='&e;'/>")]
    [InlineData("")]
    public void What_is_not_XML_to_us_is_left_alone(string text)
    {
        Assert.NotNull(VmOptionsXml.Read(text).Problem);
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => Write(s_all, text));
        Assert.Equal("VmOptionsUnreadable", error.ErrorId);
        Assert.Contains($"virsh metadata web1 {VmOptionsXml.Namespace}", error.RecommendedAction, StringComparison.Ordinal);
    }

    // A document of before there were these, and what a version without them makes of ours: to it they are unknown attributes.
    [Fact]
    public void A_document_without_the_later_settings_is_read_and_gets_them_without_another_version()
    {
        const string Former = "<options version='1' policy='p' encryption='yes'/>";
        Assert.Equal(new() { Policy = "p", Encryption = true }, VmOptionsXml.Read(Former));
        Assert.Equal(
            "<options version=\"1\" policy=\"p\" encryption=\"yes\" migrationMode=\"ManualOnly\" assignedHosts=\"h1\" />",
            Write(VmOptionsXml.Read(Former) with { MigrationMode = MigrationMode.ManualOnly, AssignedHosts = HostNames.Parse("h1") }, Former));
    }

    [Fact]
    public void What_another_version_put_beside_ours_is_kept_whatever_ours_become()
    {
        const string Former = """
            <options xmlns:other='urn:other' version='1' policy='old' zeroCopy='yes' other:mark='2' encryption='yes'>
              <!-- a remark -->
              <window from="22:00" to="06:00"><day>Sunday</day></window>
              <other:note>n</other:note>
              free text
            </options>
            """;
        const string KeptAttributes = "xmlns:other=\"urn:other\" zeroCopy=\"yes\" other:mark=\"2\"";
        const string Kept = "<!-- a remark --><window from=\"22:00\" to=\"06:00\"><day>Sunday</day></window><other:note>n</other:note>";
        string? text = Write(new() { Policy = "new" }, Former);
        Assert.StartsWith($"<options version=\"1\" policy=\"new\" {KeptAttributes}>", text, StringComparison.Ordinal);
        Assert.Contains(Kept, text, StringComparison.Ordinal);
        Assert.Contains("free text", text, StringComparison.Ordinal);
        Assert.Equal(new() { Policy = "new" }, VmOptionsXml.Read(text!));
        Assert.Equal(text, Write(new() { Policy = "new" }, text));
        string? emptied = Write(VmMigrationOptions.Empty, text);
        Assert.StartsWith($"<options version=\"1\" {KeptAttributes}>", emptied, StringComparison.Ordinal);
        Assert.Contains(Kept, emptied, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<options version='1' zeroCopy='yes'/>", "<options version=\"1\" zeroCopy=\"yes\" />")]
    [InlineData("<options version='1'><window/></options>", "<options version=\"1\"><window /></options>")]
    [InlineData("<options version='1'>text</options>", "<options version=\"1\">text</options>")]
    public void What_is_unknown_keeps_the_element_when_nothing_is_stated(string former, string expected) =>
        Assert.Equal(expected, Write(VmMigrationOptions.Empty, former));

    [Theory]
    [InlineData("<options xmlns='https://virtmigration.github.io/xmlns/options/1' version='1' policy='p'/>")]
    [InlineData("<o:options xmlns:o='https://virtmigration.github.io/xmlns/options/1' version='1' policy='p'/>")]
    [InlineData("<options xmlns='urn:other' version='1' policy='p'/>")]
    public void The_element_is_read_with_any_namespace_and_written_without(string former)
    {
        Assert.Equal(new() { Policy = "p" }, VmOptionsXml.Read(former));
        Assert.Equal("<options version=\"1\" policy=\"q\" />", Write(new() { Policy = "q" }, former));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000_000_001)]
    public void What_could_not_be_read_again_is_not_written(long ticks) =>
        Assert.Throws<ArgumentException>(() => Write(new() { MaxDowntime = new(ticks) }));

    [Fact]
    public void A_name_that_XML_cannot_hold_is_not_written() => Assert.Throws<ArgumentException>(() => Write(new() { Policy = "a\0b" }));

    private static VmMigrationOptions Migration(long bitsPerSecond) =>
        new() { MigrationBandwidth = BandwidthChoice.Of(Bandwidth.FromBitsPerSecond(bitsPerSecond)) };

    private static string? Write(VmMigrationOptions options, string? former = null) => VmOptionsXml.Write(options, former, "web1");
}
