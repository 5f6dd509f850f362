using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class TakeOverTests(LabFixture lab) : IClassFixture<GuestsOfAClass>
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_later_steps_of_a_killed_driver_are_taken_over_and_move_the_VM()
    {
        Guest guest = await LadderGuestAsync();
        string source = (await guest.ListedAsync()).Host;
        using HistoryFolder history = new();
        MigrationTakeOver takeOver = TakeOver(history);
        using Process driver = await MidLadderAsync(guest, source, "pass 2: downtime 150ms", "pass 3: downtime 200ms", "pass 4: downtime 50s", "then: abort");

        // While it lives, nobody else may.
        VirtMigrationException held = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(takeOver, guest));
        Assert.Equal("MigrationHeld", held.ErrorId);
        Assert.Contains($"driver@lab, process {driver.Id}", held.Message, StringComparison.Ordinal);
        await KillAsync(driver);

        ProposedTakeOver proposed = await ProposeAsync(takeOver, guest);
        Assert.Equal(2, proposed.Position.Next);
        MigrationResult result = await takeOver.RunAsync(proposed, null, CancellationToken.None);
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Equal(["taken over", "downtime limit 50 s"], result.Actions.Select(action => action.Action));
        await guest.RunsOnlyOnAsync(LabFixture.Other(source));
        await NoTraceAsync(guest, LabFixture.Other(source));
        MigrationRecord record = Assert.Single(await history.AllAsync());
        Assert.Equal(("driver@lab", "Own", MigrationOutcome.Succeeded), (record.Operator, record.Policy, record.Outcome));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_schedule_of_a_killed_driver_gives_up_where_it_says_so()
    {
        Guest guest = await LadderGuestAsync();
        string source = (await guest.ListedAsync()).Host;
        string before = (await guest.VirshAsync(source, "migrate-getmaxdowntime")).Trim();
        using HistoryFolder history = new();
        MigrationTakeOver takeOver = TakeOver(history);
        using Process driver = await MidLadderAsync(guest, source, "pass 2: downtime 150ms", "pass 3: downtime 200ms", "pass 4: abort");
        await KillAsync(driver);
        MigrationResult result = await takeOver.RunAsync(await ProposeAsync(takeOver, guest), null, CancellationToken.None);
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationNotConverging"), (result.Outcome, result.EndState, result.ErrorId));
        await guest.RunsOnlyOnAsync(source);
        Assert.Equal(before, (await guest.VirshAsync(source, "migrate-getmaxdowntime")).Trim());
        await NoTraceAsync(guest, source);
        Assert.Equal("abort", Assert.Single(await history.AllAsync()).Actions[^1].Action);
    }

    // At 16 MiB/s its 32 MiB, of which 20 MiB/s are written, make passes of 2 s, which never end by themselves.
    private Task<Guest> LadderGuestAsync() => lab.GuestAsync("taken", null, "--memory", "160MiB", "--workingset", "32MiB", "--dirty", "20MiB/s");

    private async Task<Process> MidLadderAsync(Guest guest, string source, params string[] steps)
    {
        Process driver = lab.StartDriver([guest.Name, LabFixture.Other(source), "Own", "16MiB/s", .. steps.SelectMany(step => new[] { "--step", step })]);
        await Until.HoldsAsync("the second step is taken", async () =>
        {
            Assert.False(driver.HasExited, "the driver ended by itself");
            return (await guest.VirshAsync(source, "migrate-getmaxdowntime")).Trim() == "200";
        });
        return driver;
    }

    private MigrationTakeOver TakeOver(HistoryFolder history) => new(lab.Hypervisor, lab.Registry, lab.Ownership, TimeProvider.System, history.File, "taker@lab");

    private async Task<ProposedTakeOver> ProposeAsync(MigrationTakeOver takeOver, Guest guest)
    {
        VmMigration migration = await lab.Watcher.FindAsync(await guest.ListedAsync(), lab.Registry.All(), CancellationToken.None);
        return await takeOver.ProposeAsync(migration, null, CancellationToken.None);
    }

    private async Task NoTraceAsync(Guest guest, string host)
    {
        VirtualMachine vm = await guest.ListedAsync();
        IHypervisorHost opened = await lab.Hypervisor.ConnectAsync(lab.Registry.Find(host), CancellationToken.None);
        Assert.Null(await opened.GetIntentAsync(vm.Uuid, CancellationToken.None));
        Assert.False(File.Exists(new LeaseFolder(lab.ClusterFolder).FileOf(vm.Uuid)));
    }

    private static async Task KillAsync(Process driver)
    {
        driver.Kill();
        await driver.WaitForExitAsync();
    }

    private sealed class HistoryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lt-history");

        public HistoryFile File => new(_folder.FullName);

        public async Task<IReadOnlyList<MigrationRecord>> AllAsync()
        {
            List<MigrationRecord> records = [];
            await foreach (MigrationRecord record in File.ReadAsync(new HistoryQuery(), _ => { }, CancellationToken.None))
            {
                records.Add(record);
            }

            return records;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
