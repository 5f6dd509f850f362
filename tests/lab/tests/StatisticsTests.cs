using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class StatisticsTests(LabFixture lab, ITestOutputHelper output)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_VM_that_moved_has_all_its_figures_and_its_downtime_is_what_was_seen_from_outside()
    {
        Guest guest = await lab.BusyGuestAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions()));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.Error));
        await guest.RunsOnlyOnAsync(migration.Destination);

        Assert.True(result.Downtime > TimeSpan.Zero);
        Assert.True(result.TotalTime > result.Downtime);
        Assert.True(result.Duration >= result.TotalTime);
        Assert.True(result.Passes >= 1);

        // 64 MiB of working set, at least once; and no more than a fast link carries in that time.
        Assert.InRange(result.Sent!.Value.Bytes, 64L << 20, 4L << 30);
        Assert.Equal((MigrationPhase.Ended, 100), (migration.Samples.Last().Phase, migration.Samples.Last().Percent));

        string seen = await LabFixture.LabAsync("blackout", guest.Name);
        output.WriteLine($"libvirt: downtime {result.Downtime}, total {result.TotalTime}, {result.Sent} in {result.Passes} passes; outside: {seen}");
        Assert.Contains($"from={migration.Source} to={migration.Destination}", seen, StringComparison.Ordinal);
        int blackout = LabFixture.Figure(seen, "blackout");

        // The longest silence at another time is what this machine adds by itself.
        int noise = 200 + LabFixture.Figure(seen, "other");
        Assert.InRange(result.Downtime!.Value.TotalMilliseconds, blackout - noise, blackout + noise);
    }
}
