using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class LeaseFolderTests : IDisposable
{
    private static readonly Guid s_vm = Given.Id(101);

    private readonly TemporaryFolder _folder = new();
    private readonly LeaseFolder _leases;

    public LeaseFolderTests() => _leases = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lease_comes_back_as_it_was_written_and_goes_when_it_is_let_go_of()
    {
        MigrationLease lease = Lease() with { TakenOverFrom = "alice@ops1, process 1 on ops1", Renewal = 7 };
        Assert.Equal(new LeaseReading(null, null), await ReadAsync());
        Assert.True(await ReplaceAsync(null, lease));
        Assert.Equal(new LeaseReading(lease, null), await ReadAsync());
        Assert.True(await ReplaceAsync(lease, null));
        Assert.False(File.Exists(_leases.FileOf(s_vm)));
    }

    [Fact]
    public async Task What_is_there_is_replaced_only_by_who_has_seen_it_as_it_is()
    {
        MigrationLease lease = Lease();
        Assert.True(await ReplaceAsync(null, lease));
        Assert.False(await ReplaceAsync(null, Lease()));
        Assert.False(await ReplaceAsync(lease with { Renewal = 1 }, Lease()));
        Assert.False(await ReplaceAsync(lease with { Id = Guid.NewGuid() }, null));
        Assert.Equal(lease, (await ReadAsync()).Lease);
        Assert.False(await _leases.ReplaceAsync(Given.Id(102), lease, null, default));
    }

    [Fact]
    public async Task Of_many_who_take_it_at_once_one_has_it()
    {
        bool[] taken = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(() =>
            new LeaseFolder(_folder.Path).ReplaceAsync(s_vm, null, Lease(), default))));
        Assert.Single(taken, one => one);
        Assert.Empty(Directory.GetFiles(_leases.FolderPath, "*.new"));
    }

    // Each adds one to what it has read: none may be lost.
    [Fact]
    public async Task No_renewal_is_lost_among_many_who_replace_it()
    {
        MigrationLease lease = Lease();
        await ReplaceAsync(null, lease);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            LeaseFolder own = new(_folder.Path);
            for (int done = 0, tries = 0; done < 10 && tries < 10_000; tries++)
            {
                MigrationLease found = (await own.ReadAsync(s_vm, default)).Lease!;
                done += await own.ReplaceAsync(s_vm, found, found with { Renewal = found.Renewal + 1 }, default) ? 1 : 0;
            }
        })));
        Assert.Equal(80, (await ReadAsync()).Lease!.Renewal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{ \"schemaVersion\": 1 }")]
    [InlineData("{ \"schemaVersion\": 1, \"vm\": \"00000000-0000-0000-0000-000000000009\" }")]
    public async Task One_that_cannot_be_understood_counts_as_none_and_says_so(string text)
    {
        Directory.CreateDirectory(_leases.FolderPath);
        File.WriteAllText(_leases.FileOf(s_vm), text);
        LeaseReading reading = await ReadAsync();
        Assert.Null(reading.Lease);
        Assert.Contains("cannot be understood", reading.Notice, StringComparison.Ordinal);
        Assert.True(await ReplaceAsync(null, Lease()));
        Assert.Null((await ReadAsync()).Notice);
    }

    [Fact]
    public async Task One_of_another_VM_counts_as_none()
    {
        await ReplaceAsync(null, Lease());
        File.Move(_leases.FileOf(s_vm), _leases.FileOf(Given.Id(102)));
        Assert.Null((await _leases.ReadAsync(Given.Id(102), default)).Lease);
    }

    [Fact]
    public async Task One_that_a_newer_version_wrote_is_left_alone()
    {
        Directory.CreateDirectory(_leases.FolderPath);
        File.WriteAllText(_leases.FileOf(s_vm), "{ \"schemaVersion\": 2 }");
        Assert.Equal("LeaseTooNew", (await Assert.ThrowsAsync<VirtMigrationException>(ReadAsync)).ErrorId);
        Assert.Equal("LeaseTooNew", (await Assert.ThrowsAsync<VirtMigrationException>(() => ReplaceAsync(null, Lease()))).ErrorId);
        Assert.Equal("{ \"schemaVersion\": 2 }", File.ReadAllText(_leases.FileOf(s_vm)));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_an_error_with_its_name()
    {
        File.WriteAllText(_leases.FolderPath, "not a folder");
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ReplaceAsync(null, Lease()));
        Assert.Equal("LeaseUnwritable", error.ErrorId);
        Assert.Contains(_leases.FolderPath, error.Message, StringComparison.Ordinal);
    }

    private static MigrationLease Lease() => new()
    {
        Vm = s_vm,
        VmName = "db1",
        Id = Guid.NewGuid(),
        Operator = "bob@ops2",
        Shell = new("ops2", 12, "boot:34"),
        Policy = "Night",
        TakenAt = new(2026, 11, 21, 17, 40, 12, 345, TimeSpan.Zero),
    };

    private Task<LeaseReading> ReadAsync() => _leases.ReadAsync(s_vm, default);

    private Task<bool> ReplaceAsync(MigrationLease? found, MigrationLease? next) => _leases.ReplaceAsync(s_vm, found, next, default);
}
