using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class EndStateTests(LabFixture lab, ITestOutputHelper output)
{
    private static readonly PlanOptions s_slow = new() { Bandwidth = Bandwidth.Parse("4MiB/s") };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_dead_daemon_on_the_destination_is_named_and_the_VM_stays()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        MigrationResult result;
        await LabFixture.LabAsync("kill", migration.Destination, "libvirtd");
        try
        {
            result = await migration.ResultAsync();
        }
        finally
        {
            await LabFixture.LabAsync("start", migration.Destination, "libvirtd");
        }

        output.WriteLine($"{result.Duration}: {result.Error}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, migration.Source), (result.Outcome, result.EndState, result.Host));
        Assert.True(result.OnSource.Answered && result.OnSource.Active);
        Assert.False(result.OnDestination.Answered);
        Assert.NotNull(result.OnDestination.Error);
        Assert.Contains($"{migration.Destination}: no answer", result.Error, StringComparison.Ordinal);
        await aftermath.HoldsAsync(result);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_dead_QEMU_on_the_destination_costs_the_migration_and_the_VM_stays()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        await LabFixture.LabAsync("kill", migration.Destination, "qemu", guest.Name);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Duration}: {result.Error}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, migration.Source), (result.Outcome, result.EndState, result.Host));
        Assert.True(result.OnDestination.Answered);
        Assert.NotEqual("MigrationStateUnknown", result.ErrorId);
        await aftermath.HoldsAsync(result);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_management_link_that_goes_down_ends_it_in_bounded_time_with_the_truth()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        MigrationResult result;
        long start = Stopwatch.GetTimestamp();
        await LabFixture.LabAsync("link", migration.Destination, "--network", "management", "--down");
        try
        {
            result = await migration.ResultAsync();
        }
        finally
        {
            await LabFixture.LabAsync("link", migration.Destination, "--network", "management", "--up");
        }

        // The source's daemon gives its peer up after 8 s of silence, and then the destination is asked for 10 s.
        output.WriteLine($"{Stopwatch.GetElapsedTime(start)}: {result.Error}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.True(result.OnSource.Active);
        Assert.False(result.OnDestination.Answered);
        await aftermath.HoldsAsync(result);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_migration_link_that_goes_down_stalls_it_and_it_can_still_be_aborted()
    {
        Guest guest = await lab.BusyGuestAsync();
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        MigrationResult result;
        await LabFixture.LabAsync("link", migration.Destination, "--down");
        try
        {
            await Until.HoldsAsync("nothing is sent any more", () => StandsStill(migration.Samples));
            Assert.False(migration.Ended);
            migration.Stop();
            result = await migration.ResultAsync();
        }
        finally
        {
            await LabFixture.LabAsync("link", migration.Destination, "--up");
        }

        output.WriteLine($"{result.Duration}: {result.Error}");
        Assert.Equal((MigrationOutcome.Aborted, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        await aftermath.HoldsAsync(result);
    }

    private static bool StandsStill(IReadOnlyCollection<MigrationSample> samples)
    {
        List<long> last = [.. samples.TakeLast(4).Select(sample => sample.Sent.Bytes)];
        return last.Count == 4 && last.Distinct().Count() == 1;
    }
}
