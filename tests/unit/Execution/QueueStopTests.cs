using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Seeing and stopping what waits in the queues of a process.</summary>
public sealed class QueueStopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, FakeHost> _hosts = Enumerable.Range(1, 4).ToDictionary(id => $"h{id}", id => new FakeHost($"h{id}"));
    private readonly ManualClock _clock = new();
    private readonly RecordingObserver _observer = new();
    private readonly QueueRegistry _queues = new();
    private readonly MigrationQueue _queue;

    public QueueStopTests()
    {
        _queue = new(new(_clock), new FakeSlots(), _observer, _clock, QueueOrder.Kept, CancellationToken.None);
        _queues.Add(_queue);
    }

    private FakeHost H1 => _hosts["h1"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_waits_is_listed_with_its_place_and_what_it_waits_for()
    {
        Enqueue(_queue, Parallel(1), Parallel(2), Parallel(3));
        FakeTransfer first = await H1.NextTransferAsync();
        await _observer.UntilAsync("wait vm2");
        IReadOnlyList<VmMigration> queued = await UntilAsync(all => all is [_, { Outlook: "its turn is after VM 'vm2', which waits for the same host" }]);
        Assert.Equal(["vm2", "vm3"], queued.Select(one => one.VM));
        VmMigration second = queued[0];
        Assert.Equal((Given.Id(2), "h1", "h2", MigrationPhase.Queued, 1), (second.Uuid, second.Source, second.Destination, second.Phase, second.QueuePosition));
        Assert.Equal(("VeryLarge", $"alice@ops1, process {Environment.ProcessId}", true), (second.Policy, second.Controller, second.Attended));
        Assert.Equal("VM 'vm1' migrates over parallel connections and has h1 and h2 for itself; VM 'vm1' is under way, by alice@ops1, since 12:00", second.Outlook);
        Assert.Equal(2, queued[1].QueuePosition);
        Assert.Null(_queues.Find(Given.Id(1)));
        Assert.Equal("vm3", _queues.Find(Given.Id(3))!.VM);
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync(_queue);
        Assert.Empty(_queues.Queued());
    }

    [Fact]
    public async Task One_that_is_stopped_is_not_started_and_the_others_go_on()
    {
        Enqueue(_queue, Parallel(1), Parallel(2), Parallel(3));
        FakeTransfer first = await H1.NextTransferAsync();
        StoppedMigration stopped = await StopAsync(2);
        Assert.Equal((MigrationEndState.Stayed, "vm2", "h1", "h2"), (stopped.EndState, stopped.VM, stopped.Source, stopped.Destination));
        Assert.True(stopped.OnSource.Active && !stopped.OnDestination.Present);
        await _observer.UntilAsync("not started vm2 MigrationStoppedInQueue");
        first.Succeed();
        FakeTransfer third = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        third.Succeed();
        await EndAsync(_queue);
        Assert.Equal(["vm1", "vm3"], _observer.Starts);
        Assert.DoesNotContain("AbortJob", H1.Calls);
    }

    [Fact]
    public async Task One_that_runs_is_stopped_by_its_own_token_and_the_others_go_on()
    {
        using CancellationTokenSource stop = new();
        Enqueue(_queue, stop.Token, Plain(1, "h1", "h2"));
        Enqueue(_queue, Plain(2, "h3", "h4"));
        _ = await H1.NextTransferAsync();
        FakeTransfer other = await _hosts["h3"].NextTransferAsync();
        await stop.CancelAsync();
        await _observer.UntilAsync("end vm1 Aborted");
        Assert.Equal(("MigrationAborted", MigrationEndState.Stayed), (_observer.Results[0].ErrorId, _observer.Results[0].EndState));
        other.Succeed();
        await EndAsync(_queue);
        Assert.Equal(MigrationOutcome.Succeeded, _observer.Results[1].Outcome);
        Assert.DoesNotContain("AbortJob", _hosts["h3"].Calls);
    }

    [Fact]
    public async Task One_whose_token_says_so_before_its_turn_is_not_started()
    {
        Enqueue(_queue, new CancellationToken(canceled: true), Plain(1, "h1", "h2"));
        await EndAsync(_queue);
        Assert.Contains("not started vm1 MigrationNotStarted", _observer.Told);
        Assert.DoesNotContain("Migrate", H1.Calls);
    }

    [Fact]
    public async Task One_that_runs_is_not_in_the_queue_any_more()
    {
        Enqueue(_queue, Parallel(1));
        FakeTransfer transfer = await H1.NextTransferAsync();
        Assert.False(_queues.TryStop(Given.Id(1)));
        Assert.Equal("MigrationLeftQueue", (await Assert.ThrowsAsync<VirtMigrationException>(() => StopAsync(1))).ErrorId);
        Assert.DoesNotContain("AbortJob", H1.Calls);
        transfer.Succeed();
        await EndAsync(_queue);
        Assert.Equal(MigrationOutcome.Succeeded, Assert.Single(_observer.Results).Outcome);
    }

    [Fact]
    public async Task It_is_stopped_at_once_even_while_the_queue_waits_for_a_host()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        H1.ListingGate = gate.Task;
        Enqueue(_queue, Parallel(1));
        await H1.CalledAsync("ListMigrations");
        Assert.True(_queues.TryStop(Given.Id(1)));
        Assert.False(_queues.TryStop(Given.Id(1)));
        Assert.Empty(_queues.Queued());
        gate.SetResult();
        await EndAsync(_queue);
        Assert.Equal(["not started vm1 MigrationStoppedInQueue"], _observer.Told);
    }

    // Start and stop at the same moment, again and again: whoever wins, both say the same.
    [Fact]
    public async Task A_race_between_start_and_stop_has_one_outcome()
    {
        const int Rounds = 300;
        int stops = 0;
        for (int round = 1; round <= Rounds; round++)
        {
            RecordingObserver observer = new();
            FakeHost source = new("h1");
            MigrationQueue queue = new(new(_clock), new FakeSlots(), observer, _clock, QueueOrder.Kept, CancellationToken.None);
            MigrationPlan plan = Parallel(1);
            source.With(plan.Uuid);
            MigrationRun run = new(plan, source, new FakeHost("h2"), "alice@ops1");
            source.OnCall = call =>
            {
                // The start follows within microseconds.
                if (call == "ListMigrations")
                {
                    Thread.SpinWait(round % 30 * 10);
                }
            };
            queue.Enqueue(new(run, _ => Task.FromResult(run)));
            queue.Complete();
            await source.CalledAsync("ListMigrations");
            Thread.SpinWait(round % 50 * 40);
            bool stopped = queue.TryStop(plan.Uuid);
            if (!stopped)
            {
                (await source.NextTransferAsync()).Succeed();
            }

            await queue.Completion.WaitAsync(FakeHost.Patience);
            stops += stopped ? 1 : 0;
            Assert.Equal(stopped, observer.Told.Contains("not started vm1 MigrationStoppedInQueue"));
            Assert.Equal(stopped ? 0 : 1, observer.Results.Count);
            Assert.Equal(!stopped, source.Calls.Contains("Migrate"));
        }

        Assert.True(stops is > 0 and <= Rounds, $"{stops} of {Rounds} were stopped");
    }

    [Fact]
    public async Task Several_queues_are_seen_together_until_they_end()
    {
        RecordingObserver others = new();
        MigrationQueue other = new(new(_clock), new FakeSlots(), others, _clock, QueueOrder.Kept, CancellationToken.None);
        _queues.Add(other);
        H1.Shown = [new("h1", Given.Id(99), "virsh's", VirtMigration.Ports.MigrationDirection.Outgoing, null)];
        Enqueue(_queue, Parallel(1));
        Enqueue(other, Parallel(2), Parallel(1));
        Assert.Equal(["vm1 1", "vm2 1", "vm1 2"], _queues.Queued().Select(one => $"{one.VM} {one.QueuePosition}"));
        Assert.True(_queues.TryStop(Given.Id(1)));
        Assert.Equal(["vm2"], _queues.Queued().Select(one => one.VM));
        await EndAsync(_queue);
        await others.UntilAsync("not started vm1 MigrationStoppedInQueue");
        H1.Shown = [];
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync(other);
        Assert.Empty(_queues.Queued());
        Assert.False(_queues.TryStop(Given.Id(2)));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_does_not_make_it_any_less_stopped()
    {
        H1.Shown = [new("h1", Given.Id(99), "virsh's", VirtMigration.Ports.MigrationDirection.Outgoing, null)];
        Enqueue(_queue, Parallel(1));
        await _observer.UntilAsync("wait vm1");
        H1.Says[Given.Id(1)] = Inventory.VmObservation.NoAnswer("h1", "it is off");
        Assert.Equal(MigrationEndState.Unknown, (await StopAsync(1)).EndState);
        await EndAsync(_queue);
        Assert.Contains("not started vm1 MigrationStoppedInQueue", _observer.Told);
    }

    private static MigrationPlan Plain(int id, string source, string destination) =>
        Given.Plan($"vm{id}", id, source, destination, BuiltInPolicies.MinimalDowntime);

    private static MigrationPlan Parallel(int id) => Given.Plan($"vm{id}", id, "h1", "h2", BuiltInPolicies.VeryLarge);

    private async Task<IReadOnlyList<VmMigration>> UntilAsync(Func<IReadOnlyList<VmMigration>, bool> condition)
    {
        using CancellationTokenSource patience = new(FakeHost.Patience);
        IReadOnlyList<VmMigration> queued;
        while (!condition(queued = _queues.Queued()))
        {
            await Task.Delay(10, patience.Token);
        }

        return queued;
    }

    private void Enqueue(MigrationQueue queue, params MigrationPlan[] plans) => Enqueue(queue, CancellationToken.None, plans);

    private void Enqueue(MigrationQueue queue, CancellationToken stop, params MigrationPlan[] plans)
    {
        foreach (MigrationPlan plan in plans)
        {
            _hosts[plan.Source].With(plan.Uuid);
            MigrationRun run = new(plan, _hosts[plan.Source], _hosts[plan.Destination], "alice@ops1");
            queue.Enqueue(new(run, _ => Task.FromResult(run)) { Stop = stop });
        }
    }

    private Task<StoppedMigration> StopAsync(int id)
    {
        HostRegistry registry = new(new ClusterFile(_folder.Path));
        registry.Register(Given.Registration("h1"), replace: true);
        registry.Register(Given.Registration("h2"), replace: true);
        VmMigration queued = new() { VM = $"vm{id}", Uuid = Given.Id(id), Source = "h1", Destination = "h2", Phase = MigrationPhase.Queued, Controller = "alice" };
        return new MigrationStopper(new FakeHypervisor([.. _hosts.Values]), registry, _queues).StopAsync(queued, CancellationToken.None);
    }

    private static async Task EndAsync(MigrationQueue queue)
    {
        queue.Complete();
        await queue.Completion.WaitAsync(FakeHost.Patience);
    }
}
