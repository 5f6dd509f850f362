using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;
using static VirtMigration.UnitTests.Execution.QueueWorld;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Whose the migrations are that a VM waits for.</summary>
public sealed class SlotHolderReasonTests : IDisposable
{
    // Two hours ahead of UTC: it is 14:00 here.
    private readonly ManualClock _clock = new() { Zone = TimeZoneInfo.CreateCustomTimeZone("reader", TimeSpan.FromHours(2), "reader", "reader") };
    private readonly FakeLeases _leases = new();
    private readonly FakeShells _shells = new();
    private readonly QueueWorld _world;

    public SlotHolderReasonTests() => _world = new(QueueOrder.Kept, null, _clock, new(_leases, _shells, _clock));

    private FakeHost H1 => _world.H1;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Its_own_are_told_by_their_runs()
    {
        _world.Enqueue(Parallel(1), Plain(2));
        FakeTransfer first = await H1.NextTransferAsync();
        await _world.Observer.UntilAsync(
            "wait vm2: VM 'vm1' migrates over parallel connections and has h1 and h2 for itself; VM 'vm1' is under way, by alice@ops1, since 14:00");
        Assert.Contains("since 14:00", _world.ReasonOf(2), StringComparison.Ordinal);
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    [Theory]
    [InlineData(-118, "since 12:02")]
    [InlineData(-841, "since 2025-12-31 23:59")]
    public async Task Others_are_told_by_their_lease_in_the_readers_time(int minutes, string since)
    {
        Lease("bob@ops2", TimeSpan.FromMinutes(minutes));
        await HinderedAsync($"h1 outgoing 1/1: db7, by bob@ops2, {since}");
    }

    [Fact]
    public async Task Others_without_a_lease_are_told_by_their_record()
    {
        Record("bob@ops2", TimeSpan.FromMinutes(-3));
        await HinderedAsync("h1 outgoing 1/1: db7, by bob@ops2, since 13:57");
    }

    [Fact]
    public async Task A_lease_whose_shell_is_gone_tells_nothing()
    {
        Lease("carol@ops1", TimeSpan.Zero, new(_shells.Own.Machine, 4711, "gone"));
        Record("bob@ops2", TimeSpan.FromMinutes(-3));
        await HinderedAsync("h1 outgoing 1/1: db7, by bob@ops2, since 13:57");
    }

    // It was left by a migration that began an hour before this one.
    [Fact]
    public async Task A_record_of_an_earlier_migration_tells_nothing()
    {
        Record("bob@ops2", TimeSpan.FromMinutes(-63));
        await HinderedAsync("h1 outgoing 1/1: db7, started by another tool");
    }

    [Fact]
    public async Task Neither_lease_nor_record_is_another_tool() => await HinderedAsync("h1 outgoing 1/1: db7, started by another tool");

    [Fact]
    public async Task One_that_needs_its_hosts_for_itself_hears_it_too()
    {
        Lease("bob@ops2", TimeSpan.FromMinutes(-118));
        H1.Shown = [Seven()];
        _world.Enqueue(Parallel(1));
        await _world.Observer.UntilAsync(
            "wait vm1: it migrates over parallel connections and needs h1 and h2 for itself; VM 'db7' is under way on h1, by bob@ops2, since 12:02");
        await LeaveAsync();
    }

    [Fact]
    public async Task What_was_found_out_is_kept_as_long_as_the_job_is_shown()
    {
        Record("bob@ops2", TimeSpan.FromMinutes(-3));
        H1.Shown = [Seven()];
        _world.Enqueue(One(1));
        await H1.CalledAsync("ListMigrations", 4);
        Assert.Single(H1.Calls, call => call == "GetIntent");

        // Another job of the same VM, by another: it is younger.
        Record("carol@ops3", TimeSpan.FromSeconds(-1));
        H1.Shown = [Seven() with { Counters = new() { Elapsed = TimeSpan.FromSeconds(1) } }];
        await _world.Observer.UntilAsync("wait vm1: h1 outgoing 1/1: db7, by carol@ops3, since 13:59");
        await LeaveAsync();
    }

    // Without counters only its absence tells that it was another.
    [Fact]
    public async Task What_was_found_out_is_forgotten_where_the_job_is_not_shown_any_more()
    {
        ActiveMigration seven = Seven() with { Counters = null };
        ActiveMigration eight = new("h1", Given.Id(8), "db8", MigrationDirection.Outgoing, null);
        Record("bob@ops2", TimeSpan.FromMinutes(-3));
        H1.Shown = [seven, eight];
        _world.Enqueue(One(1));
        await _world.Observer.UntilAsync("wait vm1: h1 outgoing 2/1: db7, by bob@ops2");
        H1.Shown = [eight];
        await _world.Observer.UntilAsync("wait vm1: h1 outgoing 1/1: db8");
        Record("carol@ops3", TimeSpan.Zero);
        H1.Shown = [seven, eight];
        await _world.Observer.UntilAsync("wait vm1: h1 outgoing 2/1: db7, by carol@ops3");
        await LeaveAsync();
    }

    [Fact]
    public async Task A_host_that_does_not_tell_is_not_asked_every_second_and_does_not_keep_the_VM_waiting()
    {
        H1.Fail("GetIntent", HypervisorFault.Timeout);
        H1.Shown = [Seven()];
        _world.Enqueue(One(1));
        await _world.Observer.UntilAsync("wait vm1: h1 outgoing 1/1: db7, started by another tool");
        await H1.CalledAsync("ListMigrations", 3);
        Assert.Single(H1.Calls, call => call == "GetIntent");
        await LeaveAsync();
    }

    // libvirt does not show how it goes; its record does.
    [Fact]
    public async Task Anothers_that_goes_over_parallel_connections_has_its_hosts_for_itself()
    {
        Record("bob@ops2", TimeSpan.FromMinutes(-3), Parallel(7).Transfer);
        H1.Shown = [Seven()];
        _world.Enqueue(Plain(1), Plain(2, "h5>h1"));
        const string Hindrance = "VM 'db7' migrates over parallel connections and has h1 and h3 for itself; VM 'db7' is under way on h1, by bob@ops2, since 13:57";
        await _world.Observer.UntilAsync("wait vm1");
        Assert.Equal(Hindrance, _world.ReasonOf(1));
        await H1.CalledAsync("ListMigrations", 4);
        Assert.Single(H1.Calls, call => call == "GetIntent");
        H1.Shown = [];
        (await H1.NextTransferAsync()).Succeed();
        (await _world.Hosts["h5"].NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    // Where it comes to, its counters are not shown and its source is not known.
    [Fact]
    public async Task Anothers_that_comes_over_parallel_connections_has_the_host_for_itself_too()
    {
        FakeHost h3 = _world.Hosts["h3"];
        h3.Intents[Given.Id(7)] = Intent("bob@ops2", TimeSpan.FromMinutes(-3), Parallel(7).Transfer);
        h3.Shown = [new("h3", Given.Id(7), "db7", MigrationDirection.Incoming, null)];
        _world.Enqueue(Plain(1, "h1>h3"));
        await _world.Observer.UntilAsync("wait vm1");
        Assert.Equal(
            "VM 'db7' migrates over parallel connections and has h3 for itself; VM 'db7' is under way on h3, by bob@ops2, since 13:57", _world.ReasonOf(1));
        await LeaveAsync();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("of an earlier migration")]
    [InlineData("not told")]
    [InlineData("broken")]
    public async Task Beside_anothers_whose_record_does_not_say_so_one_starts_as_the_limits_allow(string other)
    {
        Record("bob@ops2", TimeSpan.FromMinutes(other == "of an earlier migration" ? -63 : -3), (other == "plain" ? Plain(7) : Parallel(7)).Transfer);
        if (other == "not told")
        {
            H1.Fail("GetIntent", HypervisorFault.Timeout);
        }

        H1.Shown = [Seven() with { Broken = other == "broken" }];
        _world.Enqueue(Plain(1));
        (await H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal("start vm1", _world.Observer.Told[0]);
    }

    private static VirtMigration.Planning.MigrationPlan One(int id) => Of(id, "h1>h2", VirtMigration.Policies.BuiltInPolicies.SuspendWorkloadIfNeeded);

    private static ActiveMigration Seven() =>
        new("h1", Given.Id(7), "db7", MigrationDirection.Outgoing, new() { Elapsed = TimeSpan.FromMinutes(3) });

    private async Task HinderedAsync(string reason)
    {
        H1.Shown = [Seven()];
        _world.Enqueue(One(1));
        await _world.Observer.UntilAsync("wait vm1");
        Assert.Equal(reason, _world.ReasonOf(1));
        await LeaveAsync();
    }

    private async Task LeaveAsync()
    {
        _world.Queue.StartNoMore();
        await _world.EndAsync();
        Assert.Contains("not started vm1 MigrationNotStarted", _world.Observer.Told);
    }

    private void Record(string user, TimeSpan ago, VirtMigration.Planning.TransferSettings? transfer = null) =>
        H1.Intents[Given.Id(7)] = Intent(user, ago, transfer);

    private MigrationIntent Intent(string user, TimeSpan ago, VirtMigration.Planning.TransferSettings? transfer) =>
        new(user, "ops2", 12, "Night", "h3", _clock.GetUtcNow() + ago, TimeSpan.FromMilliseconds(300)) { Transfer = transfer };

    private void Lease(string user, TimeSpan ago, ShellProcess? shell = null) => _leases.Held[Given.Id(7)] = new()
    {
        Vm = Given.Id(7),
        VmName = "db7",
        Id = Guid.NewGuid(),
        Operator = user,
        Shell = shell ?? new("ops2", 12, "boot:34"),
        Policy = "Night",
        TakenAt = _clock.GetUtcNow() + ago,
    };
}
