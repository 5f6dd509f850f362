using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;
using static VirtMigration.UnitTests.Execution.QueueWorld;

namespace VirtMigration.UnitTests.Execution;

/// <summary>When a queue holds the slot locks, and what it does where others hold them.</summary>
public sealed class QueueSlotLockTests : IDisposable
{
    // 150 ms, and up to 100 more.
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(250);

    private readonly FakeSlots _slots = new();
    private readonly SimulatedClock _clock = new();
    private readonly QueueWorld _world;

    public QueueSlotLockTests() => _world = new(QueueOrder.Kept, _slots, _clock);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Both_hosts_are_held_from_the_counting_until_the_job_is_seen()
    {
        List<string?> held = [];
        _world.H1.OnCall = call =>
        {
            if (call == "ListMigrations")
            {
                held.Add(_slots["h1"]);
            }
        };
        _world.Enqueue(Plain(1));
        FakeTransfer transfer = await _world.H1.NextTransferAsync();
        const string Holder = "alice@ops1 is about to start vm1";
        Assert.Equal([null, Holder], held);
        Assert.Equal((Holder, Holder), (_slots["h1"], _slots["h2"]));
        Show(transfer);
        await FreeAsync("h1", "h2");
        transfer.Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_start_that_fails_lets_go_of_them()
    {
        _world.H1.Fail("SaveDefinition", HypervisorFault.AccessDenied);
        _world.Enqueue(Plain(1));
        await _world.EndAsync();
        Assert.Equal((1, null, null), (_slots.Asked, _slots["h1"], _slots["h2"]));
        Assert.Contains("not started vm1 HostAccessDenied", _world.Observer.Told);
    }

    [Fact]
    public async Task One_that_is_hindered_under_them_lets_go_of_them()
    {
        int listings = 0;
        _world.H1.Shows = () => ++listings == 2 ? [new("h1", Given.Id(98), "a", MigrationDirection.Outgoing, null), new("h1", Given.Id(99), "b", MigrationDirection.Outgoing, null)] : [];
        _world.Enqueue(Plain(1));
        await _world.UntilWaitsAsync(1, "h1 outgoing 2/2: a");
        await FreeAsync("h1", "h2");
        (await NextAsync("h1")).Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task Starts_of_one_queue_share_a_lock_until_the_last_is_seen()
    {
        _world.Enqueue(Plain(1), Plain(2, "h1>h3"));
        FakeTransfer first = await _world.H1.NextTransferAsync();
        FakeTransfer second = await _world.H1.NextTransferAsync();
        Assert.Equal("alice@ops1 is about to start vm2", _slots["h3"]);
        Show(first.Vm == Given.Id(1) ? first : second);
        Assert.NotNull(_slots["h1"]);
        Assert.NotNull(_slots["h3"]);
        Show(first.Vm == Given.Id(1) ? second : first);
        await FreeAsync("h1", "h2", "h3");
        first.Succeed();
        second.Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task One_in_other_hands_is_waited_for_and_looked_at_again_within_a_quarter_of_a_second()
    {
        _slots.HoldFor("h2", "bob@ops2 is about to start db7");
        _world.Enqueue(Plain(1));
        await _world.Observer.UntilAsync("wait vm1: bob@ops2 is about to start db7 on h2");
        Assert.Null(_slots["h1"]);
        _slots.Free("h2");
        Assert.False(_world.H1.HasTransferWaiting());
        await UntilAsync(() => _clock.Next <= s_soon);
        _clock.Advance(s_soon);
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task One_whose_holder_is_not_known_is_waited_for_too()
    {
        _slots.HoldFor("h1", null!);
        _world.Enqueue(Plain(1));
        await _world.Observer.UntilAsync("wait vm1: another shell is about to start a migration on h1");
        _slots.Free("h1");
        (await NextAsync("h1")).Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_holder_that_hangs_is_not_waited_for_for_ever()
    {
        _slots.HoldFor("h2", "bob@ops2 is about to start db7");
        _world.Enqueue(Plain(1));
        await _world.Observer.UntilAsync("wait vm1: bob@ops2");
        while (_clock.Now < TimeSpan.FromSeconds(85))
        {
            await StepAsync();
        }

        Assert.DoesNotContain("start vm1", _world.Observer.Told);
        (await NextAsync("h1")).Succeed();
        await _world.EndAsync();
        Assert.InRange(_clock.Now, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(95));
        Assert.Equal(
            ["no other shell is kept from starting migrations on h1 and h2 in the same moment, for another shell has been about to start for 90 s: bob@ops2 is about to start db7, on h2"],
            Assert.Single(_world.Observer.Results).Notices);
        Assert.Equal("bob@ops2 is about to start db7", _slots["h2"]);
    }

    // Each of them is a holder that works, however many there are.
    [Fact]
    public async Task Holders_that_follow_each_other_are_waited_for()
    {
        _slots.HoldFor("h2", "bob@ops2 is about to start db0");
        _world.Enqueue(Plain(1));
        await _world.Observer.UntilAsync("wait vm1: bob@ops2");
        for (int i = 1; _clock.Now < TimeSpan.FromSeconds(200); i++)
        {
            _slots.HoldFor("h2", $"bob@ops2 is about to start db{i / 50}");
            await StepAsync();
        }

        Assert.DoesNotContain("start vm1", _world.Observer.Told);
        _slots.Free("h2");
        (await NextAsync("h1")).Succeed();
        await _world.EndAsync();
        Assert.Empty(Assert.Single(_world.Observer.Results).Notices);
    }

    [Fact]
    public async Task A_start_that_takes_long_lets_go_of_them_after_half_a_minute()
    {
        _world.Enqueue(Plain(1));
        FakeTransfer transfer = await _world.H1.NextTransferAsync();
        _clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.NotNull(_slots["h1"]);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await FreeAsync("h1", "h2");
        transfer.Succeed();
        await _world.EndAsync();
    }

    // The second shares the first's lock, the third would make it outlast what others wait for.
    [Fact]
    public async Task One_that_has_been_held_for_half_a_minute_is_not_shared_any_more()
    {
        _world.Enqueue(Plain(1));
        FakeTransfer first = await _world.H1.NextTransferAsync();
        _clock.Advance(TimeSpan.FromSeconds(29));
        _world.Enqueue(Plain(2, "h1>h3"));
        FakeTransfer second = await _world.H1.NextTransferAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        _world.Enqueue(Plain(3, "h5>h1"));
        await _world.UntilWaitsAsync(3, "alice@ops1 is about to start vm1 on h1");
        Assert.NotNull(_slots["h1"]);
        _clock.Advance(TimeSpan.FromSeconds(28));
        (await NextAsync("h5")).Succeed();
        first.Succeed();
        second.Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task A_store_that_fails_stops_nobody_and_the_result_says_so()
    {
        _slots.Failure = FakeSlots.DiskFull;
        _world.Enqueue(Plain(1));
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal(
            [$"no other shell is kept from starting migrations on h1 and h2 in the same moment, for that could not be noted: {FakeSlots.DiskFull.Message}"],
            Assert.Single(_world.Observer.Results).Notices);
    }

    [Fact]
    public async Task A_store_that_hangs_is_given_up_after_five_seconds_and_what_it_gives_later_is_let_go_of()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _slots.Gate = gate.Task;
        _world.Enqueue(Plain(1));
        FakeTransfer transfer = await NextAsync("h1");
        Assert.InRange(_clock.Now, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7));
        gate.SetResult();
        await FreeAsync("h1", "h2");
        transfer.Succeed();
        await _world.EndAsync();
        Assert.Contains("The slot locks have not answered for 5 s.", Assert.Single(Assert.Single(_world.Observer.Results).Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_while_they_are_asked_for_starts_nothing_and_leaves_none_held()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _slots.Gate = gate.Task;
        _world.Enqueue(Plain(1));
        await UntilAsync(() => _slots.Asked == 1);
        _world.Queue.StartNoMore();
        gate.SetResult();
        await _world.EndAsync();
        Assert.Equal(["not started vm1 MigrationNotStarted"], _world.Observer.Told);
        Assert.Equal((null, null), (_slots["h1"], _slots["h2"]));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(FakeHost.Patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private Task FreeAsync(params string[] hosts) => UntilAsync(() => hosts.All(host => _slots[host] is null));

    // The queue has gone to sleep, and looks once more.
    private async Task StepAsync()
    {
        await UntilAsync(() => _clock.Next <= s_soon);
        int asked = _slots.Asked;
        _clock.Advance(s_soon);
        await UntilAsync(() => _slots.Asked > asked);
    }

    // Time passes only while the queue or the store is waited for, and not while a migration starts.
    private async Task<FakeTransfer> NextAsync(string host)
    {
        Task<FakeTransfer> next = _world.Hosts[host].NextTransferAsync();
        while (!next.IsCompleted)
        {
            if (_clock.Next is TimeSpan wait && wait <= TimeSpan.FromSeconds(5))
            {
                _clock.Advance(wait);
            }

            await Task.WhenAny(next, Task.Delay(1));
        }

        return await next;
    }
}
