using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class VeryLargeTests(LabFixture lab, ITestOutputHelper output)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task Its_parallel_connections_and_zero_copy_are_really_used()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Policy = BuiltInPolicies.VeryLarge, Bandwidth = Bandwidth.Parse("4MiB/s") });
        await using Migration migration = Migration.Start(run);
        await migration.UnderWayAsync();
        string capabilities = await guest.VirshAsync(run.Plan.Source, "qemu-monitor-command", "--hmp", "info migrate_capabilities");
        string parameters = await guest.VirshAsync(run.Plan.Source, "qemu-monitor-command", "--hmp", "info migrate_parameters");
        Assert.Contains("multifd: on", capabilities, StringComparison.Ordinal);
        Assert.Contains("zero-copy-send: on", capabilities, StringComparison.Ordinal);
        Assert.Contains("multifd-channels: 2", parameters, StringComparison.Ordinal);
        await guest.ReleaseAsync(run.Plan.Source);

        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Sent} in {result.TotalTime}, downtime {result.Downtime}; {string.Join(", ", result.Actions)}");
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        Assert.Equal((2, true), (result.ParallelConnections, result.ZeroCopy));
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }
}
