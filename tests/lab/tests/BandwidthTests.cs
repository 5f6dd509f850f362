using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class BandwidthTests(LabFixture lab, ITestOutputHelper output)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_limit_that_somebody_set_earlier_does_not_count()
    {
        // Hosts whose link speed nobody knows, so that nothing but the plan's own "unlimited" is there to be sent.
        using TemporaryCluster unknownLinks = new(lab.Registry.All().Select(host => host with { MigrationInterface = null, LinkSpeed = null }));
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await new PlanMaker(lab.Hypervisor, unknownLinks.Registry, "tester@lab")
            .MakeAsync(await guest.ListedAsync(), new PlanOptions(), CancellationToken.None);
        Assert.True(run.Plan.Transfer.Bandwidth.HasNoLimit());
        await guest.VirshAsync(run.Plan.Source, "migrate-setspeed", "10");
        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Sent} in {result.TotalTime}: {result.Throughput}");
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        Assert.True(result.Throughput > Bandwidth.FromMebibytesPerSecond(15), $"{result.Throughput} looks like the old limit of 10 MiB/s");
        await guest.RunsOnlyOnAsync(migration.Destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_speed_of_the_migration_interface_is_known_and_sent()
    {
        using TemporaryCluster knownLinks = new(lab.Registry.All().Select(host => host with { MigrationInterface = "mig", LinkSpeed = null }));
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await new PlanMaker(lab.Hypervisor, knownLinks.Registry, "tester@lab")
            .MakeAsync(await guest.ListedAsync(), new PlanOptions(), CancellationToken.None);
        Assert.Equal(Bandwidth.Parse("10Gbps"), run.Plan.Transfer.Bandwidth);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_stated_bandwidth_holds()
    {
        // 200 Mbps are 23.8 MiB/s; libvirt takes whole MiB/s, so 23 is the limit.
        await using Guest guest = await lab.NewGuestAsync("idle", "h1", "--memory", "128MiB", "--workingset", "16MiB");
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions { Bandwidth = Bandwidth.Parse("200Mbps") }));
        await migration.UnderWayAsync();
        Assert.Equal("23", await guest.VirshAsync("h1", "migrate-getspeed"));
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Sent} in {result.TotalTime}: {result.Throughput}");
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        Assert.True(result.Throughput < Bandwidth.FromMebibytesPerSecond(26), $"{result.Throughput} is more than the 23 MiB/s that were allowed");
        await guest.RunsOnlyOnAsync("h2");
    }
}
