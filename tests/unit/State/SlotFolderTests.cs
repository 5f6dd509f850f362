using System.Diagnostics;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.UnitTests.Execution;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class SlotFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SlotFolder _slots;

    public SlotFolderTests() => _slots = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_finds_one_taken_gets_none_and_hears_who_has_it()
    {
        SlotLock first = await TakeAsync("alice@ops1 is about to start db7", "h2");
        Assert.NotNull(first.Held);

        // Another store over the same folder, as another queue of this process has.
        SlotLock second = await new SlotFolder(_folder.Path).TryTakeAsync(["h3", "h2", "h1"], "bob@ops2 is about to start db8", default);
        Assert.Equal(new SlotLock(null, "h2", "alice@ops1 is about to start db7"), second);
        SlotLock others = await TakeAsync("bob", "h1", "h3");
        Assert.NotNull(others.Held);
        await first.Held.DisposeAsync();
        await others.Held.DisposeAsync();
        SlotLock all = await TakeAsync("bob", "h3", "h2", "h1");
        Assert.NotNull(all.Held);
        await all.Held.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_slots.FolderPath, "*.holder"));
    }

    [Fact]
    public async Task A_host_named_twice_or_in_another_case_is_one_host()
    {
        SlotLock taken = await TakeAsync("alice", "h1", "H1", "h1");
        Assert.NotNull(taken.Held);
        Assert.Equal("H1", (await TakeAsync("bob", "H1")).Host);
        await taken.Held.DisposeAsync();
    }

    // What it wrote is still there; its handle is not.
    [Fact]
    public async Task One_whose_holder_died_is_free_and_its_words_do_not_stay()
    {
        Directory.CreateDirectory(_slots.FolderPath);
        File.WriteAllText(_slots.LockOf("h1"), string.Empty);
        File.WriteAllText(_slots.HolderOf("h1"), "carol@ops3 is about to start db1");
        SlotLock taken = await TakeAsync("alice", "h1");
        Assert.NotNull(taken.Held);
        Assert.Equal("alice", (await TakeAsync("bob", "h1")).Holder);
        await taken.Held.DisposeAsync();
    }

    // flock(1) of util-linux holds the lock that another shell's process would hold. It is killed without a chance to let go of anything.
    [Fact]
    public async Task That_of_another_process_is_taken_until_it_is_killed_and_free_at_once_then()
    {
        Directory.CreateDirectory(_slots.FolderPath);
        File.WriteAllText(_slots.HolderOf("h1"), "carol@ops3 is about to start db1");
        using Process holder = Flock("--no-fork", _slots.LockOf("h1"), "sh", "-c", "echo held; exec sleep 600");
        try
        {
            Assert.Equal("held", await holder.StandardOutput.ReadLineAsync().WaitAsync(FakeHost.Patience));
            Assert.Equal(new SlotLock(null, "h1", "carol@ops3 is about to start db1"), await TakeAsync("bob", "h2", "h1"));
        }
        finally
        {
            holder.Kill();
            await holder.WaitForExitAsync().WaitAsync(FakeHost.Patience);
        }

        SlotLock taken = await TakeAsync("bob", "h2", "h1");
        Assert.NotNull(taken.Held);
        await taken.Held.DisposeAsync();
    }

    [Fact]
    public async Task Another_process_finds_it_taken_until_it_is_let_go_of()
    {
        SlotLock taken = await TakeAsync("alice", "h1");
        Assert.Equal(1, await TryFromOutsideAsync());
        await taken.Held!.DisposeAsync();
        Assert.Equal(0, await TryFromOutsideAsync());

        async Task<int> TryFromOutsideAsync()
        {
            using Process other = Flock("--nonblock", _slots.LockOf("h1"), "true");
            await other.WaitForExitAsync().WaitAsync(FakeHost.Patience);
            return other.ExitCode;
        }
    }

    [Fact]
    public async Task Of_many_who_take_two_hosts_at_once_one_has_them()
    {
        SlotLock[] taken = await Task.WhenAll(Enumerable.Range(0, 24).Select(id => Task.Run(() =>
            new SlotFolder(_folder.Path).TryTakeAsync(id % 2 == 0 ? ["h1", "h2"] : ["h2", "h1"], $"{id}", default))));
        Assert.Single(taken, one => one.Held is not null);
        Assert.All(taken, one => Assert.True(one.Held is not null || one.Host is "h1" or "h2"));
        await taken.Single(one => one.Held is not null).Held!.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_holders_words_it_is_taken_all_the_same()
    {
        SlotLock taken = await TakeAsync("alice", "h1");
        File.Delete(_slots.HolderOf("h1"));
        Assert.Equal(new SlotLock(null, "h1", null), await TakeAsync("bob", "h1"));
        await taken.Held!.DisposeAsync();
    }

    [Theory]
    [InlineData("h1", "h1.lock")]
    [InlineData("Node-3.Rack_2", "node-3.rack_2.lock")]
    [InlineData("..", "_..-")]
    [InlineData("a/b", "_a_b-")]
    [InlineData("höst", "_h_st-")]
    [InlineData("h1\n", "_h1_-")]
    public void A_hosts_file_is_in_the_folder_whatever_its_name(string host, string begins)
    {
        string path = _slots.LockOf(host);
        Assert.Equal(_slots.FolderPath, Path.GetDirectoryName(Path.GetFullPath(path)));
        Assert.StartsWith(begins, Path.GetFileName(path), StringComparison.Ordinal);
        Assert.True(Path.GetFileName(_slots.LockOf(string.Concat(Enumerable.Repeat(host, 200)))).Length < 100);
    }

    [Fact]
    public void Names_that_look_alike_have_files_of_their_own() =>
        Assert.Equal(4, new[] { "a/b", "a:b", "a_b", "a b" }.Select(_slots.LockOf).Distinct().Count());

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_an_error_with_its_name()
    {
        File.WriteAllText(_slots.FolderPath, "not a folder");
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => TakeAsync("alice", "h1"));
        Assert.Equal("SlotLockUnwritable", error.ErrorId);
        Assert.Contains(_slots.FolderPath, error.Message, StringComparison.Ordinal);
    }

    private static Process Flock(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("flock", arguments) { RedirectStandardOutput = true })!;

    private Task<SlotLock> TakeAsync(string holder, params string[] hosts) => _slots.TryTakeAsync(hosts, holder, default);
}
