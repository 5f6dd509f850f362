using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Ports;
using Xunit;
using static VirtMigration.UnitTests.Execution.QueueWorld;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Plans that are made anew at each VM's turn.</summary>
public sealed class QueueReplanTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly QueueWorld _world;
    private int _replans;

    public QueueReplanTests() => _world = new(QueueOrder.Passing, null, _clock);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_young_plan_is_made_anew_too_where_that_is_asked_for()
    {
        Enqueue(Plain(1), Plain(1, "h1>h3"));
        FakeTransfer transfer = await _world.H1.NextTransferAsync();
        Assert.Equal(1, _replans);
        transfer.Succeed();
        await _world.EndAsync();
        MigrationResult result = Assert.Single(_world.Observer.Results);
        Assert.Equal("h3", result.Destination);
        Assert.Single(result.Plan.Decisions, decision => decision.Taken == "replanned");
    }

    [Fact]
    public async Task It_is_not_made_anew_before_the_queue_itself_has_slots_free()
    {
        _world.Enqueue(Parallel(1));
        FakeTransfer first = await _world.H1.NextTransferAsync();
        Enqueue(Plain(2), Plain(2));
        await _world.UntilWaitsAsync(2, "VM 'vm1' migrates");
        Assert.Equal(0, _replans);
        first.Succeed();
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal(1, _replans);
    }

    [Fact]
    public async Task The_slots_of_the_new_destination_count()
    {
        _world.Hosts["h3"].Shown = [Incoming("h3", 98), Incoming("h3", 99)];
        Enqueue(Plain(1), Plain(1, "h1>h3"));
        await _world.UntilWaitsAsync(1, "h3 incoming 2/2: vm98");
        Assert.False(_world.H1.HasTransferWaiting());
        _world.Hosts["h3"].Shown = [];
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal("h3", Assert.Single(_world.Observer.Results).Destination);
    }

    [Fact]
    public async Task A_new_destination_that_another_keeps_free_for_itself_is_waited_for()
    {
        _world.Enqueue(Plain(1, "h4>h3"));
        FakeTransfer first = await _world.Hosts["h4"].NextTransferAsync();
        _world.Enqueue(Parallel(2, "h5>h3"));
        await _world.UntilWaitsAsync(2, "VM 'vm1' is under way");
        Enqueue(Plain(3), Plain(3, "h1>h3"));
        await _world.UntilWaitsAsync(3, "its turn is after VM 'vm2'");
        first.Succeed();
        (await _world.Hosts["h5"].NextTransferAsync()).Succeed();
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
    }

    [Fact]
    public async Task While_it_is_hindered_it_is_made_anew_every_five_seconds_at_most()
    {
        _world.Hosts["h2"].Shown = [Incoming("h2", 98), Incoming("h2", 99)];
        Enqueue(Plain(1), Plain(1));
        await _world.Hosts["h2"].CalledAsync("ListMigrations", 3);
        Assert.Equal(1, _replans);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _world.Hosts["h2"].CalledAsync("ListMigrations", 5);
        Assert.Equal(2, _replans);
        _world.Hosts["h2"].Shown = [];
        (await _world.H1.NextTransferAsync()).Succeed();
        await _world.EndAsync();
        Assert.Equal(2, _replans);
    }

    [Fact]
    public async Task One_whose_plan_cannot_be_made_anew_is_reported_as_not_started()
    {
        _world.H1.With(Given.Id(1));
        _world.Queue.Enqueue(new(_world.RunOf(Plain(1)), _ => throw new VirtMigrationException("NoDestination", "There is none.", "Find one.")) { AlwaysReplan = true });
        await _world.EndAsync();
        Assert.Equal(["not started vm1 NoDestination"], _world.Observer.Told);
    }

    // Nothing starts on what an older plan says of hosts that do not answer now.
    [Fact]
    public async Task One_whose_hosts_do_not_answer_is_asked_for_again_and_then_reported()
    {
        int asked = 0;
        _world.H1.With(Given.Id(1));
        _world.Queue.Enqueue(new(_world.RunOf(Plain(1)), _ =>
        {
            asked++;
            throw _world.H1.Fault(HypervisorFault.Unreachable, "h1 does not answer");
        })
        {
            AlwaysReplan = true,
        });
        await _world.EndAsync();
        Assert.Equal(3, asked);
        Assert.Equal(["wait vm1: its hosts are asked again: h1 does not answer", "not started vm1 HostUnreachable"], _world.Observer.Told);
        Assert.DoesNotContain("Migrate", _world.H1.Calls);
    }

    private static ActiveMigration Incoming(string host, int id) => new(host, Given.Id(id), $"vm{id}", MigrationDirection.Incoming, null);

    private void Enqueue(MigrationPlan plan, MigrationPlan anew)
    {
        _world.Hosts[plan.Source].With(plan.Uuid);
        _world.Queue.Enqueue(new(_world.RunOf(plan), _ =>
        {
            Interlocked.Increment(ref _replans);
            return Task.FromResult(_world.RunOf(anew));
        })
        {
            AlwaysReplan = true,
        });
    }
}
