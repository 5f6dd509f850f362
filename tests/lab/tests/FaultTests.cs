using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Daemons that die and come back, and links that go down and come up again, while memory flows in pre-copy.</summary>
[Collection(LabCollection.Name)]
public sealed class FaultTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private static readonly PlanOptions s_slow = new() { Bandwidth = Bandwidth.Parse("4MiB/s") };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_daemon_on_the_destination_that_is_killed_and_restarted_costs_the_migration_and_the_VM_stays()
    {
        Guest guest = await SmallGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        await RestartAsync(migration.Destination);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Duration}: {result.ErrorId}: {result.Error} {result.RecommendedAction}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        await aftermath.HoldsAsync(result);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_daemon_on_the_source_that_is_killed_and_restarted_is_waited_for_and_the_report_is_true()
    {
        Guest guest = await SmallGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        await RestartAsync(migration.Source);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Duration}: {result.ErrorId}: {result.Error} {result.RecommendedAction} {string.Join("; ", result.Notices)}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        await aftermath.HoldsAsync(result);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("management", 2)]

    // The lab's daemons give a peer up after 8 s of silence (keepalive 2 x 3); the memory has a connection without one.
    [InlineData("migration", 10)]
    public async Task A_link_that_comes_back_costs_time_and_no_more(string network, int seconds)
    {
        Guest guest = await SmallGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        await LabFixture.LabAsync("link", migration.Destination, "--network", network, "--down");
        try
        {
            // The time is the fault itself.
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            Assert.False(migration.Ended);
        }
        finally
        {
            await LabFixture.LabAsync("link", migration.Destination, "--network", network, "--up");
        }

        await guest.ReleaseAsync(migration.Source);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Duration}: {result.Error ?? result.Describe()}");
        Assert.Equal(MigrationEndState.Moved, result.EndState);
        Assert.NotNull(result.Downtime);
        await aftermath.HoldsAsync(result);
    }

    // Small, so that what is left of a migration when its fault is over takes a second.
    private Task<Guest> SmallGuestAsync() => lab.GuestAsync("fault", null, "--memory", "128MiB", "--workingset", "32MiB", "--dirty", "5MiB/s");

    private static async Task RestartAsync(string host)
    {
        await LabFixture.LabAsync("kill", host, "libvirtd");
        await LabFixture.LabAsync("start", host, "libvirtd");
    }
}
