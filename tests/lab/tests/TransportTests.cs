using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class TransportTests(LabFixture lab)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_migration_survives_the_death_of_its_driver_and_is_listed_as_unattended()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        string source = (await guest.ListedAsync()).Host;
        string destination = LabFixture.Other(source);
        using Process driver = lab.StartDriver(guest.Name, destination, "MinimalDowntime", "4MiB/s");
        VmMigration attended = await VisibleAsync(guest, driver);
        Assert.Equal(("MinimalDowntime", source, destination), (attended.Policy, attended.Source, attended.Destination));
        Assert.True(attended.Attended);
        await KillAsync(driver);

        VmMigration? left = await lab.ListedMigrationAsync(guest);
        Assert.NotNull(left);
        Assert.False(left.Attended);
        Assert.StartsWith("unattended: driver@lab, process", left.Controller, StringComparison.Ordinal);

        await guest.ReleaseAsync(source);
        await aftermath.RunsOnceAsync(destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task An_attached_migration_ends_with_its_driver_and_the_VM_stays()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        string source = (await guest.ListedAsync()).Host;
        using Process driver = lab.StartDriver(guest.Name, LabFixture.Other(source), "MinimalDowntime", "4MiB/s", "--attached");
        _ = await VisibleAsync(guest, driver);
        await KillAsync(driver);
        await Until.HoldsAsync("the source has no job", async () => await guest.JobAsync(source) is null);

        // The record of who drove it is still there, and nobody takes it for a migration.
        await aftermath.RunsOnceAsync(source);

        // What the dead client could not put back, the next run does.
        await using Migration next = Migration.Start(await lab.PlanAsync(guest, new PlanOptions { Bandwidth = Bandwidth.Parse("4MiB/s") }));
        await next.UnderWayAsync();
        next.Stop();
        await aftermath.HoldsAsync(await next.ResultAsync());
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task An_attached_migration_moves_the_VM()
    {
        Guest guest = await lab.BusyGuestAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions { Transport = MigrationTransport.Attached, Bandwidth = Bandwidth.Parse("1GiB/s") }));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        await guest.RunsOnlyOnAsync(migration.Destination);
        Assert.Equal("yes", await guest.InfoAsync(migration.Destination, "Persistent"));
    }

    private async Task<VmMigration> VisibleAsync(Guest guest, Process driver)
    {
        VmMigration? shown = null;
        await Until.HoldsAsync("the driver's migration is visible", async () =>
        {
            Assert.False(driver.HasExited, "the driver ended by itself");
            shown = await lab.ListedMigrationAsync(guest);
            return shown is { Source: not null, Destination: not null, Total.Bytes: > 0 };
        });
        return shown!;
    }

    // Process.Kill sends SIGKILL.
    private static async Task KillAsync(Process driver)
    {
        driver.Kill();
        await driver.WaitForExitAsync();
    }
}
