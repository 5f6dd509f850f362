using VirtMigration.Execution;
using Xunit;
using static VirtMigration.UnitTests.Execution.QueueWorld;

namespace VirtMigration.UnitTests.Execution;

/// <summary>What a VM that waits means for those after it where they may pass.</summary>
public sealed class QueuePassingTests : IDisposable
{
    private readonly QueueWorld _world = new(QueueOrder.Passing);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task One_that_waits_for_its_destination_is_passed_by_others_of_its_source()
    {
        _world.Enqueue(Plain(1, "h3>h2"), Plain(2, "h4>h2"), Plain(3, "h1>h2"), Plain(4, "h1>h5"), Plain(5, "h1>h6"));
        FakeTransfer first = await _world.Hosts["h3"].NextTransferAsync();
        FakeTransfer second = await _world.Hosts["h4"].NextTransferAsync();
        FakeTransfer[] passed = [await _world.H1.NextTransferAsync(), await _world.H1.NextTransferAsync()];
        Assert.Equal([Given.Id(4), Given.Id(5)], passed.Select(one => one.Vm).Order());
        await _world.UntilWaitsAsync(3, "h2 incoming 2/2: vm1");
        first.Succeed();

        // The destination is free now, and its source is full.
        await _world.UntilWaitsAsync(3, "h1 outgoing 2/2: vm4");
        passed[0].Succeed();
        FakeTransfer third = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        second.Succeed();
        passed[1].Succeed();
        third.Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task Those_that_wait_start_in_their_order_once_their_slots_are_free()
    {
        _world.Enqueue(Plain(1), Plain(2), Plain(3), Plain(4));
        FakeTransfer[] first = [await _world.H1.NextTransferAsync(), await _world.H1.NextTransferAsync()];
        await _world.UntilWaitsAsync(4, "h1 outgoing 2/2");
        first[0].Succeed();
        FakeTransfer third = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        first[1].Succeed();
        third.Succeed();
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    // vm2 needs h1 and h2; without the rule vm3, vm4, ... would keep h1 busy for ever.
    [Fact]
    public async Task One_that_needs_its_hosts_for_itself_is_not_passed_on_them_and_others_go_on()
    {
        _world.Enqueue(Plain(1, "h1>h3"), Parallel(2), Plain(3, "h1>h4"), Plain(4, "h5>h2"), Plain(5, "h5>h3"));
        FakeTransfer first = await _world.H1.NextTransferAsync();
        FakeTransfer other = await _world.Hosts["h5"].NextTransferAsync();
        Assert.Equal(Given.Id(5), other.Vm);
        await _world.UntilWaitsAsync(2, "VM 'vm1' is under way");
        const string Reason = "its turn is after VM 'vm2', which migrates over parallel connections and needs h1 and h2 for itself";
        Assert.Equal((Reason, Reason), (_world.ReasonOf(3), _world.ReasonOf(4)));
        Assert.False(_world.H1.HasTransferWaiting());
        first.Succeed();
        FakeTransfer second = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(2), second.Vm);
        second.Succeed();
        FakeTransfer third = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        (await _world.Hosts["h5"].NextTransferAsync()).Succeed();
        other.Succeed();
        third.Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task One_that_needs_its_hosts_for_itself_is_passed_until_it_is_the_first_of_its_source()
    {
        _world.Enqueue(Plain(1, "h3>h2"), Plain(2, "h4>h2"), Plain(3, "h1>h2"), Parallel(4, "h1>h5"), Plain(5, "h1>h6"));
        FakeTransfer[] first = [await _world.Hosts["h3"].NextTransferAsync(), await _world.Hosts["h4"].NextTransferAsync()];

        // vm3 is the first of h1 and waits for h2: vm4, which is the second, has h1 for itself meanwhile.
        FakeTransfer fourth = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(4), fourth.Vm);
        await _world.UntilWaitsAsync(5, "VM 'vm4' migrates over parallel connections");
        fourth.Succeed();
        FakeTransfer fifth = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(5), fifth.Vm);
        fifth.Succeed();
        first[0].Succeed();
        first[1].Succeed();
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    // vm4 is the second of h1 and waits for h5: it keeps neither of its hosts free yet.
    [Fact]
    public async Task One_that_needs_its_hosts_for_itself_and_waits_is_passed_on_them_until_it_is_the_first_of_its_source()
    {
        _world.Enqueue(Plain(1, "h3>h2"), Plain(2, "h4>h2"), Plain(6, "h7>h5"), Plain(3, "h1>h2"), Parallel(4, "h1>h5"), Plain(5, "h1>h6"), Plain(7, "h8>h5"));
        FakeTransfer fifth = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(5), fifth.Vm);
        FakeTransfer[] others =
        [
            await _world.Hosts["h3"].NextTransferAsync(), await _world.Hosts["h4"].NextTransferAsync(),
            await _world.Hosts["h7"].NextTransferAsync(), await _world.Hosts["h8"].NextTransferAsync(),
        ];
        await _world.UntilWaitsAsync(4, "VM 'vm6' is under way");
        others[0].Succeed();
        FakeTransfer third = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        foreach (FakeTransfer one in (FakeTransfer[])[fifth, third, .. others[1..]])
        {
            one.Succeed();
        }

        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal("vm4", _world.Observer.Starts.Last());
    }

    // Forty that follow at once whenever a slot is free: the one that needs both hosts must still have its turn before them.
    [Fact]
    public async Task However_many_come_after_it_one_that_needs_its_hosts_for_itself_has_its_turn()
    {
        _world.Enqueue(Plain(100, "h1>h3"), Plain(101, "h1>h4"), Parallel(1));
        _world.Enqueue([.. Enumerable.Range(2, 40).Select(id => Plain(id, id % 2 == 0 ? "h1>h3" : "h1>h4"))]);
        _world.Queue.Complete();
        for (int i = 0; i < 43; i++)
        {
            (await _world.H1.NextTransferAsync()).Succeed();
        }

        await _world.EndAsync();
        Assert.Equal("vm1", _world.Observer.Starts.ElementAt(2));
    }

    // vm2 and vm3 both want h2 alone: only the first keeps its source free.
    [Fact]
    public async Task Of_two_that_need_one_host_for_themselves_only_the_first_is_not_passed()
    {
        _world.Enqueue(Plain(1, "h5>h2"), Parallel(2, "h1>h2"), Parallel(3, "h3>h2"), Plain(4, "h3>h4"), Plain(5, "h1>h4"));
        FakeTransfer first = await _world.Hosts["h5"].NextTransferAsync();
        FakeTransfer fourth = await _world.Hosts["h3"].NextTransferAsync();
        Assert.Equal(Given.Id(4), fourth.Vm);
        Assert.False(_world.H1.HasTransferWaiting());
        first.Succeed();
        fourth.Succeed();
        FakeTransfer second = await _world.H1.NextTransferAsync();
        Assert.Equal(Given.Id(2), second.Vm);
        second.Succeed();
        (await _world.Hosts["h3"].NextTransferAsync()).Succeed();
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task Many_that_wait_for_one_host_ask_it_once_each_time()
    {
        _world.H1.Shown =
        [
            new("h1", Given.Id(98), "virsh's", VirtMigration.Ports.MigrationDirection.Outgoing, null),
            new("h1", Given.Id(99), "virsh's too", VirtMigration.Ports.MigrationDirection.Outgoing, null),
        ];
        _world.Enqueue([.. Enumerable.Range(1, 30).Select(id => Plain(id))]);
        await _world.UntilWaitsAsync(30, "h1 outgoing 2/2: virsh's");
        Assert.InRange(_world.H1.Calls.Count(call => call == "ListMigrations"), 1, 6);
        _world.Queue.StartNoMore();
        await _world.EndAsync();
    }
}
