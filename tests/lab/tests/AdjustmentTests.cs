using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Running migrations that are changed by hand.</summary>
[Collection(LabCollection.Name)]
public sealed class AdjustmentTests(LabFixture lab)
{
    private static readonly PlanOptions s_slow = new() { Bandwidth = Bandwidth.Parse("4MiB/s") };

    // It writes faster than is sent, so it would never end by itself.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task What_virsh_started_and_cannot_end_ends_with_more_bandwidth_and_downtime()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        using Process virsh = await StartAsync(guest, vm.Host);
        AdjustedMigration done = await AdjustAsync(vm, new() { Bandwidth = Bandwidth.Parse("400MiB/s"), MaxDowntime = TimeSpan.FromSeconds(1) });
        Assert.Equal((Bandwidth.Parse("4MiB/s"), Bandwidth.Parse("400MiB/s")), (done.BandwidthBefore, done.Bandwidth));
        Assert.Equal((TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1)), (done.MaxDowntimeBefore, done.MaxDowntime));
        await virsh.WaitForExitAsync();
        Assert.Equal(0, virsh.ExitCode);
        await guest.RunsOnlyOnAsync(LabFixture.Other(vm.Host));

        VirtMigrationException gone = await Assert.ThrowsAsync<VirtMigrationException>(() => AdjustAsync(vm, new() { Suspend = true }));
        Assert.Equal("MigrationNotFound", gone.ErrorId);
        await guest.RunsOnlyOnAsync(LabFixture.Other(vm.Host));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task What_was_set_is_set_back_by_libvirt_when_the_migration_is_stopped()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        string[] before = await SettingsAsync(guest, vm.Host);
        using Process virsh = await StartAsync(guest, vm.Host);
        await AdjustAsync(vm, new() { Bandwidth = Bandwidth.Parse("3MiB/s"), PostCopyBandwidth = Bandwidth.Parse("2MiB/s"), MaxDowntime = TimeSpan.FromMilliseconds(2) });
        Assert.Equal(["2", "3", "2"], await SettingsAsync(guest, vm.Host));
        await lab.Stopper.StopAsync((await lab.ListedMigrationAsync(guest))!, CancellationToken.None);
        await virsh.WaitForExitAsync();
        Assert.Equal(before, await SettingsAsync(guest, vm.Host));
        await guest.RunsOnlyOnAsync(vm.Host);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_paused_guest_runs_again_when_the_migration_has_ended_however_it_ended(bool moves)
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        using Process virsh = await StartAsync(guest, vm.Host);
        Assert.True((await AdjustAsync(vm, new() { Suspend = true })).Suspended);
        Assert.Equal("paused", await guest.VirshAsync(vm.Host, "domstate"));
        VirtMigrationException again = await Assert.ThrowsAsync<VirtMigrationException>(() => AdjustAsync(vm, new() { Suspend = true }));
        Assert.Equal("VmNotRunning", again.ErrorId);
        if (moves)
        {
            await AdjustAsync(vm, new() { Bandwidth = Bandwidth.Unlimited });
        }
        else
        {
            await lab.Stopper.StopAsync((await lab.ListedMigrationAsync(guest))!, CancellationToken.None);
        }

        await virsh.WaitForExitAsync();
        await guest.RunsOnlyOnAsync(moves ? LabFixture.Other(vm.Host) : vm.Host);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Post_copy_that_was_not_enabled_is_refused_and_the_migration_goes_on()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        using Process virsh = await StartAsync(guest, vm.Host);
        VirtMigrationException refused = await Assert.ThrowsAsync<VirtMigrationException>(() => AdjustAsync(vm, new() { PostCopy = true }));
        Assert.Equal("PostCopyNotEnabled", refused.ErrorId);
        Assert.Equal("Outgoing migration", await guest.JobAsync(vm.Host));
        await guest.ReleaseAsync(vm.Host);
        await virsh.WaitForExitAsync();
        Assert.Equal(0, virsh.ExitCode);
        await guest.RunsOnlyOnAsync(LabFixture.Other(vm.Host));
    }

    // Armed by the product and run by its runner, switched from outside; and by the bandwidth of post-copy it is slow enough to be seen.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task An_armed_migration_is_switched_to_post_copy_by_hand_and_its_bandwidth_holds_there()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow with { PostCopy = PostCopyMode.Armed }));
        await migration.UnderWayAsync();
        AdjustedMigration done = await AdjustAsync(vm, new() { PostCopyBandwidth = Bandwidth.Parse("1MiB/s"), PostCopy = true });
        Assert.Equal((Bandwidth.Unlimited, Bandwidth.Parse("1MiB/s"), true), (done.PostCopyBandwidthBefore, done.PostCopyBandwidth, done.PostCopy));
        await migration.ReachesAsync("post-copy", sample => sample.Phase == MigrationPhase.PostCopy);
        VirtMigrationException refused = await Assert.ThrowsAsync<VirtMigrationException>(() => AdjustAsync(vm, new() { MaxDowntime = TimeSpan.FromSeconds(1) }));
        Assert.Equal("MigrationInPostCopy", refused.ErrorId);
        Assert.False(migration.Ended);
        await AdjustAsync(vm, new() { PostCopyBandwidth = Bandwidth.Unlimited });
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved), (result.Outcome, result.EndState));
        await guest.RunsOnlyOnAsync(migration.Destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_QEMU_that_cannot_be_told_the_switchover_bandwidth_is_said_so_and_left_alone()
    {
        Guest guest = await lab.BusyGuestAsync(host: "h1");
        VirtualMachine vm = await guest.ListedAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        VirtMigrationException refused = await Assert.ThrowsAsync<VirtMigrationException>(
            () => AdjustAsync(vm, new() { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps"), MaxDowntime = TimeSpan.FromSeconds(9) }));
        Assert.Equal("SwitchoverBandwidthUnavailable", refused.ErrorId);
        Assert.NotEqual("9000", await guest.VirshAsync(vm.Host, "migrate-getmaxdowntime"));
    }

    [H3Fact]
    public async Task The_switchover_bandwidth_reaches_QEMU_in_flight_and_is_taken_back()
    {
        await using Guest guest = await lab.NewGuestAsync("adjust", "h3", "--dirty", "20MiB/s");
        VirtualMachine vm = await guest.ListedAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow with { Destination = "h2" }));
        await migration.UnderWayAsync();
        await AdjustAsync(vm, new() { SwitchoverBandwidth = BandwidthChoice.Parse("1Gbps") });
        Assert.Contains("\"avail-switchover-bandwidth\":125000000", await ParametersAsync(guest), StringComparison.Ordinal);
        await AdjustAsync(vm, new() { SwitchoverBandwidth = BandwidthChoice.None });
        Assert.Contains("\"avail-switchover-bandwidth\":0", await ParametersAsync(guest), StringComparison.Ordinal);
    }

    private static Task<string> ParametersAsync(Guest guest) =>
        guest.VirshAsync("h3", "qemu-monitor-command", """{"execute":"query-migrate-parameters"}""");

    // The downtime limit, and the speeds of pre-copy and post-copy.
    private static async Task<string[]> SettingsAsync(Guest guest, string host) =>
    [
        await guest.VirshAsync(host, "migrate-getmaxdowntime"),
        await guest.VirshAsync(host, "migrate-getspeed"),
        await guest.VirshAsync(host, "migrate-getspeed", "--postcopy"),
    ];

    // As slow as the ones the product starts here, and visible when this returns.
    private async Task<Process> StartAsync(Guest guest, string source)
    {
        Process virsh = lab.StartVirsh(
            source, "migrate", "--live", "--p2p", "--persistent", "--undefinesource", "--bandwidth", "4",
            guest.Name, lab.Registry.Find(LabFixture.Other(source)).PeerUri);
        await Until.HoldsAsync("virsh's migration is visible", async () =>
        {
            Assert.False(virsh.HasExited, "virsh ended by itself");
            return await lab.ListedMigrationAsync(guest) is { Source: not null, Destination: not null, Phase: MigrationPhase.PreCopy };
        });
        return virsh;
    }

    private async Task<AdjustedMigration> AdjustAsync(VirtualMachine vm, MigrationAdjustment change)
    {
        MigrationAdjuster adjuster = new(lab.Hypervisor, lab.Registry, lab.Lister);
        (AdjustedMigration done, VirtMigrationException? error) =
            await adjuster.ApplyAsync(await adjuster.ProposeAsync(vm, change, CancellationToken.None), CancellationToken.None);
        return error is null ? done : throw error;
    }
}
