using VirtMigration.Native;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>What a destination is told of a VM that gets other pins there, from libvirt's test driver.</summary>
public sealed class DestinationXmlTests : IDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly Guid s_vm = new("00000000-0000-4000-8000-000000000001");
    private static readonly PinLayout s_pins = new() { VCpus = [new(0, [8]), new(1, [9])], Emulator = [10, 11] };

    private readonly string _path = TestWorld.Write("""
        <domain type='test'>
          <name>pinned</name><uuid>00000000-0000-4000-8000-000000000001</uuid>
          <metadata><t:mark xmlns:t='urn:theirs'/></metadata>
          <maxMemory slots='2' unit='MiB'>256</maxMemory><memory unit='MiB'>128</memory>
          <vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/></cputune>
          <os><type arch='i686'>hvm</type></os>
          <cpu><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>
        </domain>
        """);

    private readonly HostConnections _connections;
    private readonly LibvirtHost _host;

    public DestinationXmlTests()
    {
        _connections = new(TestWorld.Registration($"test://{_path}"));
        _host = new(TestWorld.Registration($"test://{_path}"), _connections);
    }

    public void Dispose() => File.Delete(_path);

    [LibvirtFact]
    public async Task What_runs_and_what_is_stored_get_the_pins_and_our_record_stays_with_what_runs()
    {
        await _host.SetIntentAsync(s_vm, new("alice@ops1", "ops1", 42, "VeryLarge", "h2", DateTimeOffset.UnixEpoch, null), s_none);
        DestinationXml xml = await ReadAsync(s_pins, persistent: true);
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(xml.Running)));
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(xml.Stored!)));
        Assert.Contains("urn:theirs", xml.Running, StringComparison.Ordinal);
        Assert.Contains("urn:theirs", xml.Stored, StringComparison.Ordinal);
        Assert.Contains(IntentXml.Namespace, xml.Running, StringComparison.Ordinal);
        Assert.DoesNotContain(IntentXml.Namespace, xml.Stored, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task Where_nothing_is_kept_nothing_is_told_of_it() => Assert.Null((await ReadAsync(s_pins, persistent: false)).Stored);

    [LibvirtFact]
    public async Task A_stored_definition_with_pins_of_its_own_goes_as_it_is()
    {
        SavedDefinition saved = (await _host.SaveDefinitionAsync(s_vm, s_none))!;
        await _host.DefineAsync(saved, new() { VCpus = [new(0, [4])] }, s_none);
        Assert.True((await _host.GetDefinitionAsync(s_vm, s_none)).StoredPinsDiffer);
        DestinationXml xml = await ReadAsync(s_pins, persistent: true);
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(xml.Running)));
        Assert.Equal(["0:4"], PinLayout.Of(DomainXml.Read(xml.Stored!)).VCpus.Select(pin => $"{pin.Id}:{string.Join(',', pin.Cpus)}"));
    }

    [LibvirtFact]
    public async Task Memory_whose_cells_are_not_clear_is_refused_by_name()
    {
        SavedDefinition saved = (await _host.SaveDefinitionAsync(s_vm, s_none))!;
        string dimm = "<memory model='dimm'><source><nodemask>1</nodemask></source><target><size unit='MiB'>64</size><node>0</node></target></memory>";
        SavedDefinition tied = saved with { Text = saved.Text.Replace("<devices>", $"<devices>{dimm}", StringComparison.Ordinal) };
        HypervisorException there = await Assert.ThrowsAsync<HypervisorException>(() => _host.DefineAsync(tied, s_pins, s_none));
        Assert.Contains("tied to the cells 1 of its host", there.Message, StringComparison.Ordinal);

        await _host.DefineAsync(tied, null, s_none);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => ReadAsync(s_pins, persistent: true));
        Assert.Equal(HypervisorFault.ArgumentRejected, error.Fault);
        Assert.Equal(
            "VM pinned cannot get other pins: a memory device (dimm) is tied to the cells 1 of its host, and the new pins do not tell what these become.",
            error.Message);
    }

    private Task<DestinationXml> ReadAsync(PinLayout pins, bool persistent) => _connections.Control.ReadAsync(
        "answer a test",
        connection =>
        {
            using LibvirtDomain domain = connection.Find(s_vm);
            return domain.GetDestinationXml(pins, persistent);
        },
        s_none);
}
