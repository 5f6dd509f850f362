using VirtMigration.Inventory;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>The end of a probe, through libvirt's test driver: and that nothing else is ever ended.</summary>
public sealed class ProbeTests : IDisposable
{
    private const string Persistent = "00000000-0000-4000-8000-000000000001";
    private const string Running = "00000000-0000-4000-8000-000000000002";
    private const string Stranger = "00000000-0000-4000-8000-000000000003";
    private const string Left = "00000000-0000-4000-8000-000000000004";
    private const string Ours = "00000000-0000-4000-8000-000000000005";
    private const int RunState = 1;
    private const int PausedState = 3;

    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly string _path = TestWorld.Write(string.Concat(
        Domain($"virtmigration-probe-{Ours}", Ours, PausedState, transient: true),
        Domain($"virtmigration-probe-{Persistent}", Persistent, PausedState, transient: false),
        Domain($"virtmigration-probe-{Running}", Running, RunState, transient: true),
        Domain($"virtmigration-probe-{Left}", Stranger, PausedState, transient: true),
        Domain($"virtmigration-probe-{Left}x", Left, PausedState, transient: true)));

    public void Dispose() => File.Delete(_path);

    [LibvirtFact]
    public async Task A_probe_is_ended_and_one_that_is_gone_is_no_error()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync($"test://{_path}");
        Guid probe = new(Ours);
        Assert.True((await host.ObserveAsync(probe, s_none)).Active);
        await host.EndProbeAsync(probe, s_none);
        Assert.False((await host.ObserveAsync(probe, s_none)).Present);
        await host.EndProbeAsync(probe, s_none);
    }

    // libvirt's test driver cannot start a VM paused; that a probe is never started in another way is what this shows.
    [LibvirtFact]
    public async Task A_probe_that_cannot_be_paused_is_not_started()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        Guid probe = Guid.NewGuid();
        await Assert.ThrowsAsync<HypervisorException>(() => host.StartProbeAsync(probe, null, s_none));
        Assert.False((await host.ObserveAsync(probe, s_none)).Present);
    }

    [LibvirtTheory]
    [InlineData(Persistent, "it is persistent")]
    [InlineData(Running, "it is not paused")]
    [InlineData(Stranger, "its name is not virtmigration-probe-" + Stranger)]
    [InlineData(Left, "its name is not virtmigration-probe-" + Left)]
    public async Task Whatever_is_not_a_probe_by_all_its_signs_is_left_alone(string uuid, string reason)
    {
        IHypervisorHost host = await TestWorld.ConnectAsync($"test://{_path}");
        Guid vm = new(uuid);
        VmObservation before = await host.ObserveAsync(vm, s_none);
        Assert.True(before.Active);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => host.EndProbeAsync(vm, s_none));
        Assert.Equal(HypervisorFault.InvalidState, error.Fault);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await host.ObserveAsync(vm, s_none));
    }

    private static string Domain(string name, string uuid, int state, bool transient) => $"""
        <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
          <name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>16</memory><vcpu>1</vcpu><os><type arch='i686'>hvm</type></os>
          <test:runstate>{state}</test:runstate>{(transient ? "<test:transient/>" : string.Empty)}
        </domain>
        """;
}
