using System.Text.RegularExpressions;
using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>Definitions that get other pins, in libvirt's own words.</summary>
public sealed class PinLayoutXmlTests
{
    // What libvirt keeps of metadata, and a little more: none of it is ours to change.
    private const string Metadata = """
        <metadata>
            <!-- <vcpupin vcpu='0' cpuset='99'/> -->
            <a:x xmlns:a='urn:a' b="it's &quot;so&quot; &#233; &#xD;&#10;" a:c='>'/>
            <x xmlns="urn:b"><![CDATA[<cputune>]]]]><![CDATA[>]]>  <cputune><vcpupin vcpu="0" cpuset="98"/></cputune></x>
            <vcpu cpuset='97'>&lt;é𝄞</vcpu><?their way?><numatune><memory nodeset='96'/></numatune>
          </metadata>
        """;

    private static readonly PinLayout s_hana = new()
    {
        VCpus = [new(0, [8]), new(1, [40]), new(2, [9]), new(3, [41]), new(4, [16, 17]), new(5, [48]), new(6, [18]), new(7, [50])],
        Emulator = [10, 11, 42],
        IoThreads = [new(1, [10]), new(2, [19, 20, 21])],
        Memory = [new(null, NumaMode.Strict, [2, 3]), new(0, NumaMode.Strict, [2]), new(1, NumaMode.Preferred, [3])],
    };

    [Fact]
    public void A_high_performance_VM_gets_all_its_pins_and_keeps_the_rest()
    {
        string expected = Definitions.HighPerformance
            .Replace("vcpu='0' cpuset='2'", "vcpu='0' cpuset='8'", StringComparison.Ordinal)
            .Replace("vcpu='1' cpuset='26'", "vcpu='1' cpuset='40'", StringComparison.Ordinal)
            .Replace("vcpu='2' cpuset='4'", "vcpu='2' cpuset='9'", StringComparison.Ordinal)
            .Replace("vcpu='3' cpuset='28'", "vcpu='3' cpuset='41'", StringComparison.Ordinal)
            .Replace("vcpu='4' cpuset='3'", "vcpu='4' cpuset='16-17'", StringComparison.Ordinal)
            .Replace("vcpu='5' cpuset='27'", "vcpu='5' cpuset='48'", StringComparison.Ordinal)
            .Replace("vcpu='6' cpuset='5'", "vcpu='6' cpuset='18'", StringComparison.Ordinal)
            .Replace("vcpu='7' cpuset='29'", "vcpu='7' cpuset='50'", StringComparison.Ordinal)
            .Replace("emulatorpin cpuset='0-1,24-25'", "emulatorpin cpuset='10-11,42'", StringComparison.Ordinal)
            .Replace("iothread='1' cpuset='0,24'", "iothread='1' cpuset='10'", StringComparison.Ordinal)
            .Replace("iothread='2' cpuset='1,25'", "iothread='2' cpuset='19-21'", StringComparison.Ordinal)
            .Replace("<memory mode='strict' nodeset='0-1'/>", "<memory mode='strict' nodeset='2-3'/>", StringComparison.Ordinal)
            .Replace("cellid='0' mode='strict' nodeset='0'", "cellid='0' mode='strict' nodeset='2'", StringComparison.Ordinal)
            .Replace("cellid='1' mode='preferred' nodeset='1'", "cellid='1' mode='preferred' nodeset='3'", StringComparison.Ordinal);
        Assert.Equal(expected, PinLayoutXml.Write(Definitions.HighPerformance, s_hana));
        Assert.Equal(s_hana, PinLayout.Of(DomainXml.Read(expected)));
    }

    [Fact]
    public void The_pins_that_it_has_change_nothing() => Assert.Equal(
        Definitions.HighPerformance,
        PinLayoutXml.Write(Definitions.HighPerformance, PinLayout.Of(DomainXml.Read(Definitions.HighPerformance))));

    [Fact]
    public void Without_pins_the_groups_go_with_them()
    {
        string text = PinLayoutXml.Write(Definitions.HighPerformance, PinLayout.None);
        Assert.Equal(Regex.Replace(Definitions.HighPerformance, @"\n  <(cputune|numatune)>.*?</\1>", string.Empty, RegexOptions.Singleline), text);
    }

    [Fact]
    public void A_VM_without_pins_gets_them_in_libvirts_order()
    {
        string text = PinLayoutXml.Write(
            Definitions.HostModel,
            new() { VCpus = [new(0, [4]), new(1, [5, 6])], Emulator = [0], Memory = [new(null, NumaMode.Interleave, [1])] });
        Assert.Equal(
            Definitions.HostModel.Replace(
                "<vcpu placement='static'>2</vcpu>",
                """
                <vcpu placement='static'>2</vcpu>
                  <cputune>
                    <vcpupin vcpu='0' cpuset='4'/>
                    <vcpupin vcpu='1' cpuset='5-6'/>
                    <emulatorpin cpuset='0'/>
                  </cputune>
                  <numatune>
                    <memory mode='interleave' nodeset='1'/>
                  </numatune>
                """,
                StringComparison.Ordinal),
            text);
    }

    [Fact]
    public void Metadata_and_all_else_stays_to_the_letter()
    {
        string text = Domain($"""
            {Metadata}
              <vcpu placement='static'>2</vcpu>
              <cputune>
                <vcpupin vcpu='0' cpuset='1'/>
                <vcpupin vcpu='1' cpuset='2'/>
              </cputune>
            """);
        string written = PinLayoutXml.Write(text, new() { VCpus = [new(0, [3]), new(1, [4])] });
        Assert.Equal(
            text.Replace("vcpu='0' cpuset='1'", "vcpu='0' cpuset='3'", StringComparison.Ordinal)
                .Replace("vcpu='1' cpuset='2'", "vcpu='1' cpuset='4'", StringComparison.Ordinal),
            written);
        Assert.Contains(Metadata, written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("")]
    public void Lines_may_end_in_any_way(string end)
    {
        string filler = string.Concat(Enumerable.Range(0, 2000).Select(i => $"<!-- {i} '\" -->{end}<x a='>{i}'  />{end}"));
        string text = $"<domain>{end}<name>é𝄞</name>{end}{filler}<vcpu>1</vcpu>{end}<cputune>{end}<vcpupin{end} cpuset = \"1\"{end} vcpu='0' >{end}</vcpupin >{end}<shares>1</shares></cputune></domain>";
        Assert.Equal(
            text.Replace("cpuset = \"1\"", "cpuset = \"7\"", StringComparison.Ordinal),
            PinLayoutXml.Write(text, new() { VCpus = [new(0, [7])] }));
        Assert.Equal(
            text.Replace($"{end}<vcpupin{end} cpuset = \"1\"{end} vcpu='0' >{end}</vcpupin >", string.Empty, StringComparison.Ordinal),
            PinLayoutXml.Write(text, PinLayout.None));
    }

    [Fact]
    public void What_else_stands_among_the_pins_stays()
    {
        string text = Domain("""
            <vcpu placement='static'>2</vcpu>
              <iothreads>1</iothreads>
              <cputune>
                <shares>2048</shares>
                <quota>-1</quota>
                <vcpupin vcpu='1' cpuset='1-2,^2'/>
                <vcpusched vcpus='0-1' scheduler='fifo' priority='1'/>
                <emulatorsched scheduler='batch'/>
                <cachetune vcpus='0-1'>
                  <cache id='0' level='3' type='both' size='3' unit='MiB'/>
                </cachetune>
              </cputune>
            """);
        Assert.Equal(
            text.Replace(
                "<quota>-1</quota>\n    <vcpupin vcpu='1' cpuset='1-2,^2'/>",
                "<quota>-1</quota>\n    <vcpupin vcpu='1' cpuset='1-2,^2'/>\n    <vcpupin vcpu='0' cpuset='4'/>\n    <emulatorpin cpuset='0'/>\n    <iothreadpin iothread='1' cpuset='5'/>",
                StringComparison.Ordinal),
            PinLayoutXml.Write(text, new() { VCpus = [new(0, [4]), new(1, [1])], Emulator = [0], IoThreads = [new(1, [5])] }));
        Assert.Equal(
            text.Replace("\n    <vcpupin vcpu='1' cpuset='1-2,^2'/>", string.Empty, StringComparison.Ordinal),
            PinLayoutXml.Write(text, PinLayout.None));
        Assert.Equal(
            text.Replace("<vcpupin vcpu='1' cpuset='1-2,^2'/>", "<emulatorpin cpuset='3'/>", StringComparison.Ordinal),
            PinLayoutXml.Write(text, new() { Emulator = [3] }));
    }

    [Fact]
    public void Where_nothing_precedes_the_pins_they_come_first() => Assert.Equal(
        Domain("<vcpu>1</vcpu>\n  <cputune>\n    <emulatorpin cpuset='3'/>\n    <vcpusched vcpus='0' scheduler='fifo' priority='1'/>\n  </cputune>"),
        PinLayoutXml.Write(
            Domain("<vcpu>1</vcpu>\n  <cputune>\n    <vcpusched vcpus='0' scheduler='fifo' priority='1'/>\n  </cputune>"),
            new() { Emulator = [3] }));

    [Fact]
    public void A_set_for_all_becomes_a_pin_for_each_and_all_CPUs_for_what_is_added_later()
    {
        string text = Domain("<vcpu placement='static' cpuset='0-3' current='2'>3</vcpu>\n  <iothreads>1</iothreads>");
        PinLayout pins = new() { VCpus = [new(0, [8]), new(1, [9])], Emulator = [11], IoThreads = [new(1, [10])] };
        string written = PinLayoutXml.Write(text, pins);
        Assert.Equal(
            Domain("""
                <vcpu placement='static' cpuset='8-11' current='2'>3</vcpu>
                  <iothreads>1</iothreads>
                  <cputune>
                    <vcpupin vcpu='0' cpuset='8'/>
                    <vcpupin vcpu='1' cpuset='9'/>
                    <vcpupin vcpu='2' cpuset='8-9'/>
                    <emulatorpin cpuset='11'/>
                    <iothreadpin iothread='1' cpuset='10'/>
                  </cputune>
                """),
            written);
        Assert.Equal(pins, PinLayout.Of(DomainXml.Read(written)));
    }

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    public void A_set_for_all_goes_where_a_thread_is_to_be_free(bool vcpu, bool emulator, bool thread)
    {
        PinLayout pins = new()
        {
            VCpus = vcpu ? [new(0, [8]), new(1, [9])] : [new(0, [8])],
            Emulator = emulator ? [11] : null,
            IoThreads = thread ? [new(1, [10])] : [],
        };
        string written = PinLayoutXml.Write(Domain("<vcpu  cpuset='0-3'>2</vcpu><iothreads>1</iothreads>"), pins);
        Assert.Contains("<vcpu>2</vcpu>", written, StringComparison.Ordinal);
        Assert.Equal(pins, PinLayout.Of(DomainXml.Read(written)));
    }

    [Fact]
    public void Where_numad_chooses_it_goes_on_to()
    {
        string text = Domain("<vcpu placement='auto' cpuset='0-3'>1</vcpu>\n  <numatune>\n    <memory mode='strict' placement='auto'/>\n  </numatune>");
        Assert.Equal(text, PinLayoutXml.Write(text, PinLayout.None));
        string pinned = PinLayoutXml.Write(text, new() { VCpus = [new(0, [8])] });
        Assert.Equal(text.Replace("</vcpu>", "</vcpu>\n  <cputune>\n    <vcpupin vcpu='0' cpuset='8'/>\n  </cputune>", StringComparison.Ordinal), pinned);
        PinLayout tied = new() { Memory = [new(null, NumaMode.Preferred, [1])] };
        Assert.Equal(
            text.Replace("<memory mode='strict' placement='auto'/>", "<memory mode='preferred' nodeset='1'/>", StringComparison.Ordinal),
            PinLayoutXml.Write(text, tied));
    }

    [Theory]
    [InlineData("<vcpu current='2'>4</vcpu>", "0-1", "4-5", "4-5")]
    [InlineData("<vcpu current='2'>4</vcpu>", "", null, null)]
    [InlineData("<vcpu current='2'>4</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='yes'/></vcpus>", "0", "4", "4")]
    public void An_offline_vCPU_may_use_the_CPUs_of_those_online(string vcpu, string online, string? third, string? fourth)
    {
        string text = Domain(vcpu + "<cputune>" + string.Concat(Enumerable.Range(0, 4).Select(id => $"<vcpupin vcpu='{id}' cpuset='2{id}'/>")) + "</cputune>");
        string written = PinLayoutXml.Write(
            text,
            new() { VCpus = online.Length == 0 ? [] : [.. CpuSet.Parse(online).Select(id => new CpuPin(id, [4 + id]))] });
        Assert.Equal(third is not null, written.Contains($"<vcpupin vcpu='2' cpuset='{third}'/>", StringComparison.Ordinal));
        Assert.Equal(fourth is not null, written.Contains($"<vcpupin vcpu='3' cpuset='{fourth}'/>", StringComparison.Ordinal));
        Assert.DoesNotContain("cpuset='2", written, StringComparison.Ordinal);
    }

    [Fact]
    public void An_offline_vCPU_that_is_free_stays_free() => Assert.DoesNotContain(
        "vcpu='1'",
        PinLayoutXml.Write(Domain("<vcpu current='1'>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/></cputune>"), new() { VCpus = [new(0, [2])] }),
        StringComparison.Ordinal);

    [Fact]
    public void Cells_keep_their_mode_and_its_writing()
    {
        string text = Domain("""
            <vcpu>1</vcpu>
              <numatune>
                <memory nodeset='0'/>
                <memnode cellid='1' mode='tomorrow' nodeset="1"/>
              </numatune>
              <cpu><numa><cell id='0' cpus='0' memory='1'/><cell id='1' memory='1'/></numa></cpu>
            """);
        Assert.Equal(
            text.Replace("<memory nodeset='0'/>", "<memory nodeset='2'/>", StringComparison.Ordinal)
                .Replace("mode='tomorrow' nodeset=\"1\"/>", "mode='tomorrow' nodeset=\"3\"/>\n    <memnode cellid='0' mode='restrictive' nodeset='2-3'/>", StringComparison.Ordinal),
            PinLayoutXml.Write(
                text,
                new() { Memory = [new(null, NumaMode.Strict, [2]), new(0, NumaMode.Restrictive, [2, 3]), new(1, NumaMode.Strict, [3])] }));
        Assert.Equal(
            text.Replace("    <memory nodeset='0'/>\n", string.Empty, StringComparison.Ordinal)
                .Replace("<memnode cellid='1' mode='tomorrow' nodeset=\"1\"/>", "<memnode cellid='1' mode='preferred' nodeset='3'/>", StringComparison.Ordinal),
            PinLayoutXml.Write(text, new() { Memory = [new(1, NumaMode.Preferred, [3])] }));
    }

    [Fact]
    public void Huge_pages_of_the_guests_cells_and_devices_that_name_threads_stay()
    {
        string text = Domain("""
            <memoryBacking><hugepages><page size='1' unit='G' nodeset='0'/></hugepages></memoryBacking>
              <vcpu>1</vcpu>
              <numatune>
                <memory mode='strict' nodeset='0'/>
              </numatune>
              <devices><disk><driver iothread='1'/></disk><controller><target><node>0</node></target></controller></devices>
            """);
        Assert.Equal(
            text.Replace("mode='strict' nodeset='0'", "mode='strict' nodeset='1'", StringComparison.Ordinal),
            PinLayoutXml.Write(text, new() { Memory = [new(null, NumaMode.Strict, [1])] }));
    }

    [Theory]

    // As the cell that it belongs to; as all that is tied to the same cells; cell by cell.
    [InlineData("0:0>2 1:1>3", "0", "0", "2")]
    [InlineData("0:0>2 1:0>3", "0", "1", "3")]
    [InlineData("all:0-1>2-3", "0-1", null, "2-3")]
    [InlineData("all:0-1>2-3 0:0>2 1:1>3", "1", null, "3")]
    [InlineData("0:0>2 1:1>3", "0-1", "0", "2-3")]
    [InlineData("0:0>1 1:1>0", "0-1", "0", "0-1")]
    [InlineData("all:0-1>0-1", "1", null, "1")]
    [InlineData("0:0>2 1:1>2", "0-1", "0", "2")]

    // Not clear.
    [InlineData("", "0", "0", null)]
    [InlineData("all:0-1>2-3", "0", "0", null)]
    [InlineData("0:0>2 1:0>3", "0", null, null)]
    [InlineData("0:0>2", "0-1", "0", null)]
    [InlineData("0:0>2-3", "0-1", "0", null)]
    public void A_memory_device_goes_where_its_cells_go(string moves, string nodemask, string? cell, string? expected)
    {
        List<(int? Cell, IReadOnlyList<int> From, IReadOnlyList<int> To)> parsed = [];
        foreach (string move in moves.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = move.Split(':', '>');
            parsed.Add((parts[0] == "all" ? null : XmlAttributes.Number(parts[0]), CpuSet.Parse(parts[1]), CpuSet.Parse(parts[2])));
        }

        string numatune = string.Concat(parsed.Select(move => move.Cell is int id
            ? $"<memnode cellid='{id}' mode='strict' nodeset='{CpuSet.Format(move.From)}'/>"
            : $"<memory mode='strict' nodeset='{CpuSet.Format(move.From)}'/>"));
        string target = cell is null ? "<target/>" : $"<target><size>1</size><node>{cell}</node></target>";
        string text = Domain($"""
            <vcpu>1</vcpu><numatune>{numatune}</numatune>
            <cpu><numa><cell id='0' cpus='0' memory='1'/><cell id='1' memory='1'/></numa></cpu>
            <devices><memory model='dimm'>{target}</memory>
            <memory model='dimm'><source><pagesize>2048</pagesize><nodemask>{nodemask}</nodemask></source>{target}</memory></devices>
            """);
        PinLayout pins = new() { Memory = [.. parsed.Select(move => new NumaBinding(move.Cell, NumaMode.Strict, move.To))] };
        if (expected is null)
        {
            FormatException error = Assert.Throws<UnclearCellsException>(() => PinLayoutXml.Write(text, pins));
            Assert.Contains($"(dimm) is tied to the cells {nodemask} of its host", error.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"<source><pagesize>2048</pagesize><nodemask>{expected}</nodemask></source>{target}", PinLayoutXml.Write(text, pins), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_stored_definition_gets_what_its_own_threads_need()
    {
        // Live, vCPU 2 was taken away and I/O thread 2 with it; I/O thread 3 was added to what runs alone.
        string stored = Domain("""
            <vcpu>3</vcpu><iothreads>2</iothreads>
            <cputune>
              <vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/><vcpupin vcpu='2' cpuset='2'/>
              <iothreadpin iothread='1' cpuset='3'/><iothreadpin iothread='2' cpuset='4'/>
            </cputune>
            """);
        string running = Domain("<vcpu current='2'>3</vcpu><iothreads>2</iothreads><iothreadids><iothread id='1'/><iothread id='3'/></iothreadids>");
        PinLayout pins = new() { VCpus = [new(0, [10]), new(1, [11])], IoThreads = [new(1, [13]), new(3, [14])] };
        Assert.Equal(
            new PinLayout { VCpus = [new(0, [10]), new(1, [11]), new(2, [10, 11])], IoThreads = [new(1, [13]), new(2, [13, 14])] },
            PinLayout.Of(DomainXml.Read(PinLayoutXml.WriteStored(stored, running, pins))));
        PinLayout fewer = new() { VCpus = [new(1, [11])] };
        Assert.Equal(
            new PinLayout { VCpus = [new(1, [11]), new(2, [11])] },
            PinLayout.Of(DomainXml.Read(PinLayoutXml.WriteStored(stored, running, fewer))));
    }

    [Theory]
    [InlineData("<vcpu cpuset='1'>2</vcpu>", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='1'/><emulatorpin cpuset='1'/></cputune>", false)]
    [InlineData("<vcpu current='1'>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/></cputune>", "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/></cputune>", false)]
    [InlineData("<vcpu current='1'>2</vcpu><cputune><vcpupin vcpu='1' cpuset='2'/></cputune>", "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/></cputune>", true)]
    [InlineData("<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='2'/></cputune>", "<vcpu>1</vcpu>", true)]
    [InlineData("<vcpu>1</vcpu><cputune><emulatorpin cpuset='2'/></cputune>", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='2-3'/></cputune>", true)]
    [InlineData("<vcpu>1</vcpu><iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='2'/></cputune>", "<vcpu>1</vcpu><iothreads>1</iothreads>", true)]
    [InlineData("<vcpu>1</vcpu><iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='2'/></cputune>", "<vcpu>1</vcpu>", false)]
    [InlineData("<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='0'/></numatune>", true)]
    [InlineData("<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", "<vcpu>1</vcpu><numatune><memory mode='preferred' nodeset='1'/></numatune>", true)]
    [InlineData("<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", "<vcpu>1</vcpu><numatune><memory nodeset='1-2,^2'/></numatune>", false)]
    public void Stored_pins_differ_where_a_thread_or_memory_of_both_is_tied_otherwise(string running, string stored, bool expected) =>
        Assert.Equal(expected, PinLayoutXml.Differ(Domain(running), Domain(stored)));

    [Theory]
    [InlineData("<domain")]
    [InlineData("<!DOCTYPE domain><domain><name>x</name></domain>")]
    [InlineData("<domain><vcpu>1</vcpu><cputune><vcpupin vcpu='0'/></cputune></domain>")]
    [InlineData("<domain/>")]
    public void What_is_not_a_definition_is_refused(string text) =>
        Assert.ThrowsAny<FormatException>(() => PinLayoutXml.Write(text, new() { VCpus = [new(0, [1])], Emulator = [2] }));

    private static string Domain(string content) =>
        $"<domain type='kvm'>\n  <name>x</name>\n  <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid>\n  <memory unit='KiB'>1024</memory>\n  {content}\n  <os/>\n</domain>\n";
}
