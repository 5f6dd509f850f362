using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class PersistenceTests(LabFixture lab)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_persistent_VM_takes_its_definition_and_autostart_along_and_leaves_nothing_to_start()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions());
        await guest.VirshAsync(run.Plan.Source, "autostart");
        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Empty(result.Notices);
        Assert.Equal("yes", await guest.InfoAsync(run.Plan.Destination, "Persistent"));
        Assert.Equal("enable", await guest.InfoAsync(run.Plan.Destination, "Autostart"));

        ToolResult second = await lab.VirshAsync(run.Plan.Source, "start", guest.Name);
        Assert.False(second.Succeeded);
        Assert.Contains("failed to get domain", second.Error, StringComparison.Ordinal);
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
        await guest.VirshAsync(run.Plan.Destination, "autostart", "--disable");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_without_autostart_gets_none()
    {
        Guest guest = await lab.BusyGuestAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions()));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        Assert.Equal("disable", await guest.InfoAsync(migration.Destination, "Autostart"));
        await guest.RunsOnlyOnAsync(migration.Destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task After_an_abort_the_VM_is_defined_on_its_source_with_autostart()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Bandwidth = Bandwidth.Parse("4MiB/s") });
        await guest.VirshAsync(run.Plan.Source, "autostart");
        await using Migration migration = Migration.Start(run);
        await migration.UnderWayAsync();
        migration.Stop();
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Aborted, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.Equal("yes", await guest.InfoAsync(run.Plan.Source, "Persistent"));
        Assert.Equal("enable", await guest.InfoAsync(run.Plan.Source, "Autostart"));
        await guest.VirshAsync(run.Plan.Source, "autostart", "--disable");
        await guest.RunsOnlyOnAsync(run.Plan.Source);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_transient_VM_stays_transient()
    {
        await using Guest guest = await lab.NewGuestAsync("transient", "h1", "--dirty", "5MiB/s", "--memory", "128MiB", "--workingset", "16MiB", "--transient");
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions()));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Equal("no", await guest.InfoAsync("h2", "Persistent"));
        await guest.RunsOnlyOnAsync("h2");
    }
}
