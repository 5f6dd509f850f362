using Newtonsoft.Json.Linq;
using VirtMigration.Inventory;
using VirtMigration.State;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class ClusterFileTests : IDisposable
{
    private const string HostH1 = """{"name":"h1","cluster":"c1","connectUri":"qemu:///system","peerUri":"qemu+tls://h1/system"}""";

    private readonly TemporaryFolder _folder = new();
    private readonly ClusterFile _file;

    public ClusterFileTests() => _file = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_file_is_an_empty_cluster()
    {
        Assert.Empty(_file.Load().Hosts);
        Assert.Empty(new ClusterFile(Path.Combine(_folder.Path, "not", "there")).Load().Hosts);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        HostRegistration full = Given.Registration("h1") with
        {
            MigrationAddress = "10.0.8.11",
            MigrationInterface = "eth1",
            LinkSpeed = Bandwidth.FromBitsPerSecond(12_345_678_901),
        };
        HostRegistration bare = Given.Registration("h2") with { LinkSpeed = null };
        HostRegistration unlimited = Given.Registration("h3") with { LinkSpeed = Bandwidth.Unlimited };
        _file.Update(state => state with { Hosts = [full, bare, unlimited] });
        Assert.Equal([full, bare, unlimited], new ClusterFile(_folder.Path).Load().Hosts);
    }

    [Fact]
    public void A_link_speed_is_text_with_its_unit_in_the_file()
    {
        Write($$"""{"schemaVersion":1,"hosts":[{"linkSpeed":"25Gbps",{{HostH1[1..]}}]}""");
        Assert.Equal(Bandwidth.Parse("25Gbps"), Assert.Single(_file.Load().Hosts).LinkSpeed);
        _file.Update(state => state);
        Assert.Equal("25000000000bps", (string?)JObject.Parse(File.ReadAllText(_file.FilePath)).SelectToken("hosts[0].linkSpeed"));
    }

    [Fact]
    public void The_folder_is_made_when_something_is_first_written()
    {
        ClusterFile file = new(Path.Combine(_folder.Path, "a", "b"));
        file.Update(state => state with { Hosts = [Given.Registration("h1")] });
        Assert.Equal("h1", Assert.Single(file.Load().Hosts).Name);
    }

    [Fact]
    public void After_an_update_only_the_file_and_its_lock_are_there()
    {
        _file.Update(state => state);
        Assert.Equal(["cluster.json", "cluster.json.lock"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Somebody_who_reads_the_old_file_goes_on_reading_the_old_file()
    {
        _file.Update(state => state with { Hosts = [Given.Registration("h1")] });
        string before = File.ReadAllText(_file.FilePath);
        using StreamReader reader = new(File.Open(_file.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        _file.Update(state => state with { Hosts = [] });
        Assert.Equal(before, reader.ReadToEnd());
        Assert.NotEqual(before, File.ReadAllText(_file.FilePath));
    }

    [Fact]
    public void What_a_change_throws_leaves_the_state_as_it_was()
    {
        _file.Update(state => state with { Hosts = [Given.Registration("h1")] });
        byte[] before = File.ReadAllBytes(_file.FilePath);
        Assert.Throws<InvalidOperationException>(() => _file.Update(_ => throw new InvalidOperationException()));
        Assert.Equal(before, File.ReadAllBytes(_file.FilePath));
        _file.Update(state => state);
    }

    [Theory]
    [InlineData("""{"fancy":{"deep":[1,2]}}""")]
    [InlineData("""{"ratio":0.1,"big":9007199254740993}""")]
    [InlineData("""{"since":"2026-01-01T00:00:00.000+02:00"}""")]
    public void Fields_that_this_version_does_not_know_are_kept_as_they_are(string unknown)
    {
        Write($$"""{"schemaVersion":1,"hosts":[{{HostH1}}],"later":{{unknown}}}""");
        _file.Update(state => state with { Hosts = [.. state.Hosts, Given.Registration("h2")] });
        string written = string.Concat(File.ReadAllText(_file.FilePath).Where(letter => !char.IsWhiteSpace(letter)));
        Assert.Contains($"\"later\":{unknown}", written, StringComparison.Ordinal);
        Assert.Equal(2, _file.Load().Hosts.Count);
    }

    [Fact]
    public void Fields_of_a_host_that_this_version_does_not_know_are_kept_too()
    {
        Write($$"""{"schemaVersion":1,"hosts":[{"rack":"r7",{{HostH1[1..]}}]}""");
        _file.Update(state => state with { Hosts = [.. state.Hosts, Given.Registration("h2")] });
        Assert.Equal("r7", (string?)JObject.Parse(File.ReadAllText(_file.FilePath)).SelectToken("hosts[0].rack"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"hosts":[]}""")]
    [InlineData("""{"schemaVersion":"one"}""")]
    [InlineData("""{"schemaVersion":1,"hosts":[null]}""")]
    [InlineData("""{"schemaVersion":1,"hosts":[{"name":"h1"}]}""")]
    [InlineData("""{"schemaVersion":1,"hosts":[{"name":"h1","cluster":"c1","connectUri":"qemu:///system","peerUri":"x","linkSpeed":10000}]}""")]
    [InlineData("""{"schemaVersion":1,"hosts":[{"name":"h1","cluster":"c1","connectUri":"qemu:///system","peerUri":"x","linkSpeed":"10GB"}]}""")]
    public void A_file_that_cannot_be_understood_is_kept_byte_for_byte_with_a_copy_aside(string text)
    {
        byte[] before = Write(text);
        for (int i = 0; i < 2; i++)
        {
            VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => _file.Load());
            Assert.Equal("ClusterFileCorrupt", error.ErrorId);
            Assert.Contains(_file.FilePath, error.Message, StringComparison.Ordinal);
        }

        bool called = false;
        Assert.Equal("ClusterFileCorrupt", Assert.Throws<VirtMigrationException>(() => _file.Update(state =>
        {
            called = true;
            return state;
        })).ErrorId);
        Assert.False(called);
        Assert.Equal(before, File.ReadAllBytes(_file.FilePath));
        string copy = Assert.Single(Directory.GetFiles(_folder.Path, "cluster.json.corrupt-*"));
        Assert.Equal(before, File.ReadAllBytes(copy));
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"hosts":[]}""")]
    [InlineData("""{"schemaVersion":2,"hosts":{"h1":{"uri":"qemu:///system"}}}""")]
    [InlineData("""{"schemaVersion":2,"hosts":[{"name":"h1","addresses":[]}]}""")]
    public void A_file_of_a_newer_version_is_left_alone_and_called_newer_whatever_is_in_it(string text)
    {
        byte[] before = Write(text);
        Assert.Equal("ClusterFileTooNew", Assert.Throws<VirtMigrationException>(() => _file.Load()).ErrorId);
        Assert.Equal("ClusterFileTooNew", Assert.Throws<VirtMigrationException>(() => _file.Update(state => state)).ErrorId);
        Assert.Equal(before, File.ReadAllBytes(_file.FilePath));
    }

    [Fact]
    public void A_file_without_hosts_is_an_empty_cluster()
    {
        Write("""{"schemaVersion":1}""");
        Assert.Empty(_file.Load().Hosts);
        Write("""{"schemaVersion":1,"hosts":null}""");
        Assert.Empty(_file.Load().Hosts);
    }

    [Fact]
    public async Task Updates_from_several_threads_at_once_lose_nothing()
    {
        const int Threads = 6;
        const int Each = 8;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                ClusterFile own = new(_folder.Path);
                for (int i = 0; i < Each; i++)
                {
                    int number = i;
                    own.Update(state => state with { Hosts = [.. state.Hosts, Given.Registration($"h-{thread}-{number}")] });
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal(Threads * Each, _file.Load().Hosts.Select(host => host.Name).Distinct().Count());
    }

    [Fact]
    public async Task An_update_waits_for_the_lock_and_then_sees_what_its_holder_wrote()
    {
        TaskCompletionSource inside = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim go = new();
        Task first = Task.Run(() => _file.Update(state =>
        {
            inside.SetResult();
            go.Wait();
            return state with { Hosts = [Given.Registration("h1")] };
        }));
        await inside.Task;
        int seen = -1;
        Task second = Task.Run(() => new ClusterFile(_folder.Path).Update(state =>
        {
            seen = state.Hosts.Count;
            return state;
        }));
        Assert.Equal(-1, seen);
        go.Set();
        await Task.WhenAll(first, second);
        Assert.Equal(1, seen);
    }

    [Fact]
    public void The_environment_names_the_folder()
    {
        string? before = Environment.GetEnvironmentVariable(ClusterFile.HomeVariable);
        try
        {
            Environment.SetEnvironmentVariable(ClusterFile.HomeVariable, _folder.Path);
            Assert.Equal(_folder.Path, ClusterFile.DefaultFolder());
            Environment.SetEnvironmentVariable(ClusterFile.HomeVariable, null);
            Assert.EndsWith("virtmigration", ClusterFile.DefaultFolder(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(ClusterFile.HomeVariable, before);
        }
    }

    private byte[] Write(string text)
    {
        File.WriteAllText(_file.FilePath, text);
        return File.ReadAllBytes(_file.FilePath);
    }
}
