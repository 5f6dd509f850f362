using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class HistoryTests(LabFixture lab)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_disk_that_fills_up_keeps_the_runs_it_holds_and_changes_nothing_about_a_migration()
    {
        await using TinyDisk disk = await TinyDisk.MountAsync();
        HistoryFile history = new(disk.Path);
        Guest guest = await lab.BusyGuestAsync();
        MigrationResult first = await RunAsync(guest, history);
        Assert.Equal((MigrationEndState.Moved, 0), (first.EndState, first.Notices.Count));
        MigrationRecord recorded = Assert.Single(await ReadAsync(history));
        Assert.Equal((guest.Name, first.Sent, first.Passes, first.Downtime), (recorded.VM, recorded.Sent, recorded.Passes, recorded.Downtime));
        Assert.NotEmpty(recorded.Samples);

        // What the file's last page still holds is less than a line, so that at most a part of it is written.
        disk.Fill();
        long before = new FileInfo(history.FilePath).Length;
        MigrationResult second = await RunAsync(guest, history);
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (second.Outcome, second.EndState, second.ErrorId));
        await guest.RunsOnlyOnAsync(second.Destination);
        Assert.StartsWith("the run could not be recorded: ", Assert.Single(second.Notices), StringComparison.Ordinal);
        Assert.Contains("No space left on device", second.Notices[0], StringComparison.Ordinal);
        Assert.Equal(before, new FileInfo(history.FilePath).Length);

        disk.Empty();
        MigrationResult third = await RunAsync(guest, history);
        Assert.Equal([first.StartedAt, third.StartedAt], (await ReadAsync(history)).Select(one => one.StartedAt));
    }

    private async Task<MigrationResult> RunAsync(Guest guest, HistoryFile history) =>
        await new MigrationRunner(TimeProvider.System, history).RunAsync(await lab.PlanAsync(guest, new PlanOptions()), null, CancellationToken.None);

    // What is left out would be told; nothing may be.
    private static async Task<IReadOnlyList<MigrationRecord>> ReadAsync(HistoryFile history)
    {
        List<MigrationRecord> records = [];
        await foreach (MigrationRecord record in history.ReadAsync(new HistoryQuery(), Assert.Fail, CancellationToken.None))
        {
            records.Add(record);
        }

        return records;
    }

    /// <summary>A disk of 64 KiB that a test can fill.</summary>
    private sealed class TinyDisk : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lt-disk");

        public string Path => _folder.FullName;

        private string Filler => System.IO.Path.Combine(Path, "filler");

        public static async Task<TinyDisk> MountAsync()
        {
            TinyDisk disk = new();
            ToolResult mounted = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.Path);
            Assert.True(mounted.Succeeded, mounted.Error);
            return disk;
        }

        public void Fill() => File.WriteAllBytes(Filler, new byte[new DriveInfo(Path).AvailableFreeSpace]);

        public void Empty() => File.Delete(Filler);

        public async ValueTask DisposeAsync()
        {
            await Tool.RunAsync("umount", Path);
            _folder.Delete();
        }
    }
}
