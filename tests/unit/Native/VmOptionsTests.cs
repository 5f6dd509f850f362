using System.Runtime.InteropServices;
using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Options;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>What VMs state for their migrations, stored in the metadata of libvirt's test driver.</summary>
public sealed class VmOptionsTests : IDisposable
{
    private const string TheirNamespace = "https://example.org/xmlns/theirs/1";
    private const string Newer = "<options version='2' policy='Future'/>";

    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly Guid s_running = Uuid(1);
    private static readonly Guid s_shutOff = Uuid(2);
    private static readonly Guid s_transient = Uuid(3);
    private static readonly VmMigrationOptions s_options = new()
    {
        Policy = "VeryLarge",
        MigrationBandwidth = BandwidthChoice.Of(Bandwidth.FromMegabitsPerSecond(1000)),
        MaxDowntime = TimeSpan.FromMilliseconds(500),
    };

    private readonly string _path = TestWorld.Write(
        Domain("web1", s_running, string.Empty)
        + Domain("db1", s_shutOff, "<test:runstate>5</test:runstate>")
        + Domain("tmp1", s_transient, "<test:transient>1</test:transient>"));

    private readonly HostConnections _connections;
    private readonly LibvirtHost _host;

    public VmOptionsTests()
    {
        HostRegistration registration = TestWorld.Registration($"test://{_path}");
        _connections = new(registration);
        _host = new(registration, _connections);
    }

    public void Dispose() => File.Delete(_path);

    [LibvirtFact]
    public async Task A_VM_without_any_states_nothing()
    {
        Assert.Equal(VmMigrationOptions.Empty, await _host.GetVmOptionsAsync(s_running, s_none));
        Assert.Equal(VmMigrationOptions.Empty, await _host.GetVmOptionsAsync(s_shutOff, s_none));
        Assert.Empty(await _host.ListVmOptionsAsync(s_none));
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => _host.GetVmOptionsAsync(Guid.NewGuid(), s_none));
        Assert.Equal(HypervisorFault.VmNotFound, error.Fault);
    }

    [LibvirtFact]
    public async Task A_running_VM_keeps_them_in_both_places_until_they_are_removed()
    {
        await _host.SetVmOptionsAsync(s_running, s_options, s_none);
        Assert.Equal(s_options, await _host.GetVmOptionsAsync(s_running, s_none));
        Assert.Equal(s_options, (await _host.GetDefinitionAsync(s_running, s_none)).Options);
        string? live = await MetadataAsync(s_running, Libvirt.AffectLive);
        Assert.Equal("<options version=\"1\" policy=\"VeryLarge\" migrationBandwidth=\"1000000000bps\" maxDowntime=\"500ms\" />", live);
        Assert.Equal(live, await MetadataAsync(s_running, Libvirt.AffectConfig));

        await _host.SetVmOptionsAsync(s_running, VmMigrationOptions.Empty, s_none);
        await _host.SetVmOptionsAsync(s_running, VmMigrationOptions.Empty, s_none);
        Assert.Equal(VmMigrationOptions.Empty, await _host.GetVmOptionsAsync(s_running, s_none));
        Assert.Null(await MetadataAsync(s_running, Libvirt.AffectLive));
        Assert.Null(await MetadataAsync(s_running, Libvirt.AffectConfig));
    }

    [LibvirtFact]
    public async Task A_VM_that_is_shut_off_keeps_them_in_its_definition()
    {
        await _host.SetVmOptionsAsync(s_shutOff, s_options, s_none);
        Assert.Equal(s_options, await _host.GetVmOptionsAsync(s_shutOff, s_none));
        Assert.NotNull(await MetadataAsync(s_shutOff, Libvirt.AffectConfig));
        await _host.SetVmOptionsAsync(s_shutOff, VmMigrationOptions.Empty, s_none);
        await _host.SetVmOptionsAsync(s_shutOff, VmMigrationOptions.Empty, s_none);
        Assert.Null(await MetadataAsync(s_shutOff, Libvirt.AffectConfig));
    }

    [LibvirtFact]
    public async Task A_transient_VM_keeps_them_while_it_runs()
    {
        Assert.Equal("h1: Running, transient", (await _host.ObserveAsync(s_transient, s_none)).ToString());
        await _host.SetVmOptionsAsync(s_transient, s_options, s_none);
        Assert.Equal(s_options, await _host.GetVmOptionsAsync(s_transient, s_none));
        await _host.SetVmOptionsAsync(s_transient, VmMigrationOptions.Empty, s_none);
        Assert.Null(await MetadataAsync(s_transient, Libvirt.AffectLive));
    }

    [LibvirtFact]
    public async Task Others_metadata_and_the_intent_record_stay()
    {
        MigrationIntent intent = new("alice@ops1", "ops1", 42, "VeryLarge", "h2", DateTimeOffset.UnixEpoch, null);
        await _host.SetIntentAsync(s_running, intent, s_none);
        await _host.SetVmOptionsAsync(s_running, s_options, s_none);
        await _host.SetVmOptionsAsync(s_running, s_options with { Policy = "Other" }, s_none);
        await _host.SetVmOptionsAsync(s_running, VmMigrationOptions.Empty, s_none);
        Assert.Equal(intent, await _host.GetIntentAsync(s_running, s_none));
        foreach (uint place in (uint[])[Libvirt.AffectLive, Libvirt.AffectConfig])
        {
            string? theirs = await MetadataAsync(s_running, place, TheirNamespace);
            Assert.Equal("<mark a=\"1\"><child>text</child></mark>", theirs);
        }
    }

    [LibvirtFact]
    public async Task All_VMs_that_state_something_are_listed()
    {
        await _host.SetVmOptionsAsync(s_running, s_options, s_none);
        await _host.SetVmOptionsAsync(s_shutOff, new() { Encryption = true }, s_none);
        await StoreAsync(s_transient, Newer, Libvirt.AffectLive);
        IReadOnlyList<StoredVmOptions> list = await _host.ListVmOptionsAsync(s_none);
        Assert.Equal(["db1", "tmp1", "web1"], list.Select(one => one.Name).Order());
        Assert.Equal(new(s_running, "web1", s_options), list.Single(one => one.Name == "web1"));
        Assert.Equal(new(s_shutOff, "db1", new() { Encryption = true }), list.Single(one => one.Name == "db1"));
        Assert.Contains("newer", list.Single(one => one.Name == "tmp1").Options.Problem, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task An_element_that_states_nothing_to_us_is_not_listed()
    {
        await StoreAsync(s_running, "<options version='1' zeroCopy='yes'/>", Libvirt.AffectLive);
        Assert.Empty(await _host.ListVmOptionsAsync(s_none));
    }

    [LibvirtFact]
    public async Task A_VM_that_went_away_since_the_list_was_made_is_left_out()
    {
        await _host.SetVmOptionsAsync(s_transient, s_options, s_none);
        StoredVmOptions? gone = await _connections.Control.ReadAsync(
            "answer a test",
            connection =>
            {
                nint domain = Pointer(connection, s_transient), again = Pointer(connection, s_transient);
                Assert.Equal(s_options, OptionsListing.Read(again, connection)!.Options);
                Assert.Equal(0, virDomainDestroy(domain));
                return OptionsListing.Read(domain, connection);
            },
            s_none);
        Assert.Null(gone);
        Assert.Empty(await _host.ListVmOptionsAsync(s_none));
    }

    [LibvirtTheory]
    [InlineData(Libvirt.AffectLive)]
    [InlineData(Libvirt.AffectConfig)]
    public async Task What_a_newer_version_wrote_in_either_place_is_not_touched_in_any(uint place)
    {
        await _host.SetVmOptionsAsync(s_running, s_options, s_none);
        await StoreAsync(s_running, Newer, place);
        foreach (VmMigrationOptions options in (VmMigrationOptions[])[new() { Policy = "p" }, VmMigrationOptions.Empty])
        {
            VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
                () => _host.SetVmOptionsAsync(s_running, options, s_none));
            Assert.Equal("VmOptionsTooNew", error.ErrorId);
            Assert.Equal("web1", error.Target);
        }

        uint other = place == Libvirt.AffectLive ? Libvirt.AffectConfig : Libvirt.AffectLive;
        Assert.Equal("<options version=\"2\" policy=\"Future\" />", await MetadataAsync(s_running, place));
        Assert.Equal(s_options, VmOptionsXml.Read((await MetadataAsync(s_running, other))!));
    }

    [LibvirtFact]
    public async Task What_is_broken_says_so_and_is_replaced()
    {
        await StoreAsync(s_running, "<options version='1' maxDowntime='soon' zeroCopy='yes'/>", Libvirt.AffectLive | Libvirt.AffectConfig);
        Assert.Contains("'soon'", (await _host.GetVmOptionsAsync(s_running, s_none)).Problem, StringComparison.Ordinal);
        await _host.SetVmOptionsAsync(s_running, new() { Policy = "p" }, s_none);
        Assert.Equal("<options version=\"1\" policy=\"p\" zeroCopy=\"yes\" />", await MetadataAsync(s_running, Libvirt.AffectConfig));
        Assert.Equal(new() { Policy = "p" }, await _host.GetVmOptionsAsync(s_running, s_none));
    }

    [LibvirtFact]
    public async Task What_is_unknown_stays_in_the_place_where_it_was()
    {
        await StoreAsync(s_running, "<options version='1'><live>1</live></options>", Libvirt.AffectLive);
        await StoreAsync(s_running, "<options version='1' config='1'/>", Libvirt.AffectConfig);
        await _host.SetVmOptionsAsync(s_running, new() { Policy = "p" }, s_none);
        Assert.Equal("<options version=\"1\" policy=\"p\"><live>1</live></options>", await MetadataAsync(s_running, Libvirt.AffectLive));
        Assert.Equal("<options version=\"1\" policy=\"p\" config=\"1\" />", await MetadataAsync(s_running, Libvirt.AffectConfig));
        await _host.SetVmOptionsAsync(s_running, VmMigrationOptions.Empty, s_none);
        Assert.Equal("<options version=\"1\"><live>1</live></options>", await MetadataAsync(s_running, Libvirt.AffectLive));
        Assert.Equal("<options version=\"1\" config=\"1\" />", await MetadataAsync(s_running, Libvirt.AffectConfig));
    }

    [LibvirtTheory]
    [InlineData($"<options xmlns='{VmOptionsXml.Namespace}' version='1' policy='p'/>")]
    [InlineData($"<x:options xmlns:x='{VmOptionsXml.Namespace}' version='1' policy='p'><extra/><x:more/></x:options>")]
    [InlineData($"<x:options xmlns:x='{VmOptionsXml.Namespace}' xmlns='urn:o' version='1' policy='p'><y/></x:options>")]
    [InlineData($"<x:options xmlns:x='{VmOptionsXml.Namespace}' version='1' policy='p' x:mark='1'/>")]
    public async Task An_element_that_somebody_edited_into_the_definition_is_understood(string element)
    {
        Guid vm = Uuid(4);
        string xml = Domain("edited", vm, string.Empty).Replace("</metadata>", $"{element}</metadata>", StringComparison.Ordinal);
        await _host.DefineAsync(new(vm, xml, false), null, s_none);
        Assert.Equal(new() { Policy = "p" }, await _host.GetVmOptionsAsync(vm, s_none));
        Assert.Equal(new() { Policy = "p" }, (await _host.GetDefinitionAsync(vm, s_none)).Options);
        await _host.SetVmOptionsAsync(vm, s_options, s_none);
        Assert.Equal(s_options, await _host.GetVmOptionsAsync(vm, s_none));
        Assert.Equal(s_options, (await _host.GetDefinitionAsync(vm, s_none)).Options);
        foreach (string kept in (string[])["extra", "more", "<y", "mark"])
        {
            string after = (await MetadataAsync(vm, Libvirt.AffectConfig))!;
            Assert.Equal(element.Contains(kept, StringComparison.Ordinal), after.Contains(kept, StringComparison.Ordinal));
        }
    }

    // The product itself destroys nothing.
    [DllImport("libvirt.so.0")]
    private static extern int virDomainDestroy(nint domain);

    private static unsafe nint Pointer(LibvirtConnection connection, Guid vm)
    {
        byte* uuid = stackalloc byte[Libvirt.UuidLength];
        Assert.True(vm.TryWriteBytes(new(uuid, Libvirt.UuidLength), bigEndian: true, out _));
        return Libvirt.virDomainLookupByUUID(connection.Handle, uuid);
    }

    private static Guid Uuid(int number) => new($"00000000-0000-4000-8000-{number:x12}");

    private static string Domain(string name, Guid uuid, string state) =>
        $"""
        <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
          <name>{name}</name><uuid>{uuid}</uuid>
          <metadata><t:mark xmlns:t='{TheirNamespace}' a='1'><t:child>text</t:child></t:mark></metadata>
          <memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='i686'>hvm</type></os>
          {state}
        </domain>
        """;

    private Task<T> CallAsync<T>(Guid vm, Func<LibvirtDomain, T> call) => _connections.Control.ReadAsync(
        "answer a test",
        connection =>
        {
            using LibvirtDomain domain = connection.Find(vm);
            return call(domain);
        },
        s_none);

    // libvirt indents; that is not what is looked at.
    private Task<string?> MetadataAsync(Guid vm, uint place, string uri = VmOptionsXml.Namespace) =>
        CallAsync(vm, domain => domain.GetMetadata(uri, place) is { } text
            ? XElement.Parse(text).ToString(SaveOptions.DisableFormatting)
            : null);

    private Task<bool> StoreAsync(Guid vm, string element, uint places) => CallAsync(vm, domain =>
    {
        domain.SetMetadata(element, VmOptionsXml.Prefix, VmOptionsXml.Namespace, places);
        return true;
    });
}
