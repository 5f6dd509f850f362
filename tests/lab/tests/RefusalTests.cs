using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class RefusalTests(LabFixture lab, ITestOutputHelper output)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_host_is_no_destination_for_its_own_VMs_under_another_name_either()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        HostRegistration twin = lab.Registry.Find(vm.Host) with { Name = "twin" };
        using TemporaryCluster cluster = new([lab.Registry.Find(vm.Host), twin]);
        PlanMaker maker = new(lab.Hypervisor, cluster.Registry, "tester@lab");
        VirtMigrationException named = await Assert.ThrowsAnyAsync<VirtMigrationException>(
            () => maker.MakeAsync(vm, new PlanOptions { Destination = "twin" }, CancellationToken.None));
        output.WriteLine($"{named.ErrorId}: {named.Message}");
        Assert.Contains("same host", named.Message, StringComparison.Ordinal);
        VirtMigrationException chosen = await Assert.ThrowsAnyAsync<VirtMigrationException>(
            () => maker.MakeAsync(vm, new PlanOptions(), CancellationToken.None));
        output.WriteLine($"{chosen.ErrorId}: {chosen.Message}");
        Assert.Contains("same UUID", chosen.Message, StringComparison.Ordinal);

        VirtMigrationException admitted = await Assert.ThrowsAnyAsync<VirtMigrationException>(
            () => new HostAdmission(lab.Hypervisor, cluster.Registry, new(lab.Hypervisor, cluster.Registry))
                .RegisterAsync(twin with { Name = "triplet", ConnectUri = twin.ConnectUri + "?no_verify=1" }, force: false, CancellationToken.None));
        Assert.Equal("HostUuidTaken", admitted.ErrorId);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_host_that_does_not_exist_is_an_error_with_its_reason_in_bounded_time()
    {
        Guest guest = await lab.BusyGuestAsync();
        VirtualMachine vm = await guest.ListedAsync();
        HostRegistration nobody = lab.Registry.Find(LabFixture.Other(vm.Host)) with
        {
            Name = "nobody",
            ConnectUri = "qemu+tcp://10.77.0.99/system",
            PeerUri = "qemu+tcp://10.77.0.99/system",
        };
        using TemporaryCluster cluster = new([lab.Registry.Find(vm.Host), nobody]);
        long start = Stopwatch.GetTimestamp();
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(
            () => new PlanMaker(lab.Hypervisor, cluster.Registry, "tester@lab").MakeAsync(vm, new PlanOptions { Destination = "nobody" }, CancellationToken.None));
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{took}: {error.ErrorId}: {error.Message}");
        Assert.True(took < TimeSpan.FromSeconds(15), $"it took {took}");
        Assert.Contains(error.Fault, (HypervisorFault[])[HypervisorFault.Unreachable, HypervisorFault.Timeout]);
        Assert.Contains("10.77.0.99", error.Message, StringComparison.Ordinal);
        Assert.Equal("nobody", error.Host);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_that_is_shut_off_is_refused()
    {
        await using Guest guest = await lab.NewGuestAsync("off", "h1", "--memory", "128MiB", "--workingset", "16MiB");
        await guest.VirshAsync("h1", "destroy");
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.PlanAsync(guest, new PlanOptions()));
        Assert.Equal("VmNotRunning", error.ErrorId);
        Assert.Contains("--offline", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("shut off", Assert.Single(await guest.StatesAsync()).Value);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_with_a_disk_that_is_not_shared_stays_where_it_is()
    {
        string disk = Path.Combine(Path.GetTempPath(), "lt-unshared.raw");
        string extra = Path.Combine(Path.GetTempPath(), "lt-unshared.xml");
        await using (FileStream file = File.Create(disk))
        {
            file.SetLength(1 << 20);
        }

        await File.WriteAllTextAsync(extra, $"""
            <devices>
              <disk type='file' device='disk'>
                <driver name='qemu' type='raw'/><source file='{disk}'/><target dev='vdb' bus='virtio'/>
              </disk>
            </devices>
            """);
        try
        {
            await using Guest guest = await lab.NewGuestAsync("unshared", "h1", "--memory", "128MiB", "--workingset", "16MiB", "--xml-extra", extra);
            await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions()));
            MigrationResult result = await migration.ResultAsync();
            output.WriteLine(result.Error);
            Assert.Equal(
                (MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationUnsafe"),
                (result.Outcome, result.EndState, result.ErrorId));
            await guest.RunsOnlyOnAsync("h1");
        }
        finally
        {
            File.Delete(disk);
            File.Delete(extra);
        }
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_paused_VM_stays_paused()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await PausedPlanAsync(guest);
        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Equal(VmPowerState.Paused, result.OnDestination.State);
        Assert.Equal(new Dictionary<string, string> { [run.Plan.Destination] = "paused" }, await guest.StatesAsync());
        await guest.VirshAsync(run.Plan.Destination, "resume");
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }

    private async Task<MigrationRun> PausedPlanAsync(Guest guest)
    {
        await guest.VirshAsync((await guest.ListedAsync()).Host, "suspend");
        return await lab.PlanAsync(guest, new PlanOptions());
    }
}
