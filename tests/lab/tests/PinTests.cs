using System.Text.RegularExpressions;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Guests that get other pins on the way. The hosts have the machine's two CPUs and one cell.</summary>
[Collection(LabCollection.Name)]
public sealed class PinTests(LabFixture lab)
{
    // vCPU 1 is offline. The metadata is somebody else's.
    private const string Pinned = """
        <metadata><their:info xmlns:their="urn:their" a='1'><!-- <vcpupin/> --><their:text>&lt;x&gt; "é"</their:text></their:info></metadata>
        <memory unit='MiB'>192</memory>
        <vcpu placement='static' current='1'>2</vcpu>
        <iothreads>2</iothreads>
        <cputune>
          <shares>2048</shares>
          <vcpupin vcpu='0' cpuset='0'/>
          <vcpupin vcpu='1' cpuset='0'/>
          <emulatorpin cpuset='0-1'/>
          <iothreadpin iothread='1' cpuset='0'/>
        </cputune>
        <numatune><memory mode='strict' nodeset='0'/></numatune>
        """;

    private static readonly PinLayout s_pins = new()
    {
        VCpus = [new(0, [1])],
        Emulator = [0],
        IoThreads = [new(1, [0, 1]), new(2, [1])],
        Memory = [new(null, NumaMode.Preferred, [0])],
    };

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData(MigrationTransport.PeerToPeer)]
    [InlineData(MigrationTransport.Attached)]
    public async Task A_pinned_VM_has_its_new_pins_running_and_stored_and_all_else_as_before(MigrationTransport transport)
    {
        await using Guest guest = await PinnedGuestAsync("pins", Pinned);
        string running = await RunningAsync(guest, "h1");
        string stored = await StoredAsync(guest, "h1");
        MigrationResult result = await MigrateAsync(guest, "h2", s_pins, transport);
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Empty(result.Notices);
        foreach ((string before, string after) in new[] { (running, await RunningAsync(guest, "h2")), (stored, await StoredAsync(guest, "h2")) })
        {
            Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(after)));
            Assert.Contains("<vcpupin vcpu='1' cpuset='1'/>", after, StringComparison.Ordinal);
            Assert.Equal(WithoutPins(before), WithoutPins(after));
        }

        Assert.Contains("urn:their", running, StringComparison.Ordinal);
        Assert.Equal("yes", await guest.InfoAsync("h2", "Persistent"));
        Assert.False((await DefinitionAsync(guest, "h2")).StoredPinsDiffer);
        await guest.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_set_for_all_becomes_pins_of_each()
    {
        await using Guest guest = await PinnedGuestAsync(
            "setforall",
            "<memory unit='MiB'>192</memory><vcpu placement='static' cpuset='0'>1</vcpu><iothreads>1</iothreads>");
        PinLayout pins = new() { VCpus = [new(0, [1])], Emulator = [1], IoThreads = [new(1, [1])] };
        MigrationResult result = await MigrateAsync(guest, "h2", pins);
        Assert.Equal((MigrationEndState.Moved, null), (result.EndState, result.Error));
        foreach (string after in new[] { await RunningAsync(guest, "h2"), await StoredAsync(guest, "h2") })
        {
            Assert.Equal(pins, PinLayout.Of(DomainXml.Read(after)));
            Assert.DoesNotContain("cpuset='0'", after, StringComparison.Ordinal);
        }

        await guest.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_transient_VM_stays_transient()
    {
        await using Guest guest = await PinnedGuestAsync("pinstransient", Pinned, "--transient");
        string running = await RunningAsync(guest, "h1");
        MigrationResult result = await MigrateAsync(guest, "h2", s_pins);
        Assert.Equal((MigrationEndState.Moved, null), (result.EndState, result.Error));
        string after = await RunningAsync(guest, "h2");
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(after)));
        Assert.Equal(WithoutPins(running), WithoutPins(after));
        Assert.Equal("no", await guest.InfoAsync("h2", "Persistent"));
        await guest.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_stored_definition_with_pins_of_its_own_keeps_them()
    {
        await using Guest guest = await PinnedGuestAsync("pinsstored", Pinned);
        await guest.VirshAsync("h1", "vcpupin", "0", "0-1", "--config");
        string stored = await StoredAsync(guest, "h1");
        Assert.True((await DefinitionAsync(guest, "h1")).StoredPinsDiffer);
        MigrationResult result = await MigrateAsync(guest, "h2", s_pins);
        Assert.Equal((MigrationEndState.Moved, null), (result.EndState, result.Error));
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(await RunningAsync(guest, "h2"))));
        Assert.Equal(stored, await StoredAsync(guest, "h2"));
        await guest.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_CPU_that_is_not_there_is_refused_and_the_VM_stays_as_it_was()
    {
        await using Guest guest = await PinnedGuestAsync("pinsrefused", Pinned);
        string running = await RunningAsync(guest, "h1");
        string stored = await StoredAsync(guest, "h1");
        MigrationResult result = await MigrateAsync(guest, "h2", s_pins with { Emulator = [99] });
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.False(string.IsNullOrEmpty(result.Error));
        Assert.Equal(running, await RunningAsync(guest, "h1"));
        Assert.Equal(stored, await StoredAsync(guest, "h1"));
        await guest.RunsOnlyOnAsync("h1");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_definition_that_was_not_kept_is_defined_with_the_new_pins()
    {
        await using Guest guest = await PinnedGuestAsync("pinsdefine", Pinned);
        VirtualMachine listed = await guest.ListedAsync();
        IHypervisorHost source = await OpenAsync("h1");
        SavedDefinition saved = (await source.SaveDefinitionAsync(listed.Uuid, CancellationToken.None))!;
        string stored = await StoredAsync(guest, "h1");

        // As after code 69: it runs there, and nothing is defined.
        await guest.VirshAsync("h1", "migrate", "--live", "--p2p", "--undefinesource", "--desturi", lab.Registry.Find("h2").PeerUri);
        Assert.Equal("no", await guest.InfoAsync("h2", "Persistent"));
        string running = await RunningAsync(guest, "h2");
        await (await OpenAsync("h2")).DefineAsync(saved, s_pins, CancellationToken.None);
        Assert.Equal("yes", await guest.InfoAsync("h2", "Persistent"));
        string defined = await StoredAsync(guest, "h2");
        Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(defined)));
        Assert.Equal(WithoutPins(stored), WithoutPins(defined));
        Assert.Equal(running, await RunningAsync(guest, "h2"));
        await guest.RunsOnlyOnAsync("h2");
    }

    [H3Fact]
    public async Task Pins_change_on_the_way_to_a_newer_generation_and_back()
    {
        await using Guest guest = await PinnedGuestAsync("pinsnewer", Pinned);
        string running = await RunningAsync(guest, "h1");
        string stored = await StoredAsync(guest, "h1");
        MigrationResult there = await MigrateAsync(guest, "h3", s_pins);
        Assert.Equal((MigrationEndState.Moved, null), (there.EndState, there.Error));
        foreach (string after in new[] { await RunningAsync(guest, "h3"), await StoredAsync(guest, "h3") })
        {
            Assert.Equal(s_pins, PinLayout.Of(DomainXml.Read(after)));
            Assert.Contains("<shares>2048</shares>", after, StringComparison.Ordinal);
            Assert.Equal(Metadata(stored), Metadata(after));
        }

        MigrationResult back = await MigrateAsync(guest, "h1", PinLayout.Of(DomainXml.Read(running)));
        Assert.Equal((MigrationEndState.Moved, null), (back.EndState, back.Error));
        Assert.Equal(running, await RunningAsync(guest, "h1"));
        Assert.Equal(stored, await StoredAsync(guest, "h1"));
        await guest.RunsOnlyOnAsync("h1");
    }

    private static string WithoutPins(string text) => PinLayoutXml.Write(text, PinLayout.None);

    private static string Metadata(string text) => Regex.Match(text, "<metadata>.*</metadata>", RegexOptions.Singleline).Value;

    // As libvirt hands it on. In a definition that came with a migration it shows the lines of metadata further in (with and without
    // other pins), which it mends here.
    private static Task<string> StoredAsync(Guest guest, string host) =>
        guest.VirshAsync(host, "dumpxml", "--inactive", "--migratable", "--security-info");

    private static Task<string> RunningAsync(Guest guest, string host) =>
        guest.VirshAsync(host, "dumpxml", "--migratable", "--security-info");

    private async Task<Guest> PinnedGuestAsync(string name, string xml, params string[] options)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, xml);
        try
        {
            return await lab.NewGuestAsync(name, "h1", ["--memory", "192MiB", "--workingset", "16MiB", "--dirty", "1MiB/s", "--xml-extra", file, .. options]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<IHypervisorHost> OpenAsync(string host) => lab.Hypervisor.ConnectAsync(lab.Registry.Find(host), CancellationToken.None);

    private async Task<VmDefinition> DefinitionAsync(Guest guest, string host) =>
        await (await OpenAsync(host)).GetDefinitionAsync((await guest.ListedAsync()).Uuid, CancellationToken.None);

    private async Task<MigrationResult> MigrateAsync(
        Guest guest, string destination, PinLayout pins, MigrationTransport transport = MigrationTransport.PeerToPeer)
    {
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Destination = destination, Transport = transport });
        MigrationRun pinned = run with { Plan = run.Plan with { Transfer = run.Plan.Transfer with { Pins = pins } } };
        await using Migration migration = Migration.Start(pinned);
        return await migration.ResultAsync();
    }
}
