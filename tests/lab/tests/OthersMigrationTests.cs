using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Migrations that virsh started.</summary>
[Collection(LabCollection.Name)]
public sealed class OthersMigrationTests(LabFixture lab)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_that_is_migrating_already_is_refused_and_left_alone()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        MigrationRun planned = await lab.PlanAsync(guest, new PlanOptions());
        string downtime = await guest.VirshAsync(vm.Host, "migrate-getmaxdowntime");
        using Process virsh = await StartAsync(guest, vm.Host);

        VirtMigrationException atPlanning = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.PlanAsync(guest, new PlanOptions { Destination = LabFixture.Other(vm.Host) }));
        Assert.Equal("MigrationAlreadyRunning", atPlanning.ErrorId);

        // A plan that was made before it began is refused as well.
        await using Migration late = Migration.Start(planned);
        VirtMigrationException atStart = await Assert.ThrowsAsync<VirtMigrationException>(late.ResultAsync);
        Assert.Equal("MigrationAlreadyRunning", atStart.ErrorId);
        Assert.False(virsh.HasExited);
        Assert.Equal(downtime, await guest.VirshAsync(vm.Host, "migrate-getmaxdowntime"));
        Assert.Null(await planned.Source.GetIntentAsync(vm.Uuid, CancellationToken.None));

        await guest.ReleaseAsync(vm.Host);
        await virsh.WaitForExitAsync();
        Assert.Equal(0, virsh.ExitCode);
        await guest.RunsOnlyOnAsync(LabFixture.Other(vm.Host));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Watching_sees_it_to_its_end_and_its_percentage_never_runs_backwards()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        using Process virsh = await StartAsync(guest, vm.Host);
        VmMigration found = await lab.Watcher.FindAsync(vm, lab.Registry.All(), CancellationToken.None);
        Assert.Equal(
            (vm.Host, LabFixture.Other(vm.Host), "started elsewhere", null),
            (found.Source, found.Destination, found.Controller, found.Attended));

        List<MigrationSample> samples = [];
        using CancellationTokenSource bound = new(TimeSpan.FromSeconds(60));
        await foreach (MigrationSample sample in lab.Watcher.WatchAsync(found, lab.Registry.Find(vm.Host), TimeSpan.FromMilliseconds(200), bound.Token))
        {
            samples.Add(sample);
            if (samples.Count == 5)
            {
                await guest.ReleaseAsync(vm.Host);
            }
        }

        Assert.True(samples.Count > 5);
        Assert.Equal((MigrationPhase.Ended, 100), (samples[^1].Phase, samples[^1].Percent));
        Assert.All(samples.SkipLast(1), sample => Assert.NotEqual(MigrationPhase.Ended, sample.Phase));
        Assert.Equal(samples.Select(sample => sample.Percent).Order(), samples.Select(sample => sample.Percent));
        await guest.RunsOnlyOnAsync(LabFixture.Other(vm.Host));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Stopping_aborts_it_and_the_VM_stays()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        using Process virsh = await StartAsync(guest, vm.Host);
        VmMigration found = await lab.Watcher.FindAsync(vm, lab.Registry.All(), CancellationToken.None);
        StoppedMigration stopped = await lab.Stopper.StopAsync(found, CancellationToken.None);
        Assert.Equal((MigrationEndState.Stayed, true), (stopped.EndState, stopped.OnSource.Active));
        await virsh.WaitForExitAsync();
        Assert.NotEqual(0, virsh.ExitCode);
        await guest.RunsOnlyOnAsync(vm.Host);
        VirtMigrationException gone = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.Watcher.FindAsync(vm, lab.Registry.All(), CancellationToken.None));
        Assert.Equal("MigrationNotFound", gone.ErrorId);
    }

    // As slow as the ones the product starts here, and visible when this returns.
    private async Task<Process> StartAsync(Guest guest, string source)
    {
        Process virsh = lab.StartVirsh(
            source, "migrate", "--live", "--p2p", "--persistent", "--undefinesource", "--bandwidth", "4",
            guest.Name, lab.Registry.Find(LabFixture.Other(source)).PeerUri);
        await Until.HoldsAsync("virsh's migration is visible", async () =>
        {
            Assert.False(virsh.HasExited, "virsh ended by itself");
            return await lab.ListedMigrationAsync(guest) is { Source: not null, Destination: not null, Total.Bytes: > 0 };
        });
        return virsh;
    }
}
