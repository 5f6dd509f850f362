using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationQueueTests : IDisposable
{
    private readonly Dictionary<string, FakeHost> _hosts = Enumerable.Range(1, 5).ToDictionary(id => $"h{id}", id => new FakeHost($"h{id}"));
    private readonly ManualClock _clock = new();
    private readonly RecordingObserver _observer = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly MigrationQueue _queue;
    private int _replans;

    public MigrationQueueTests() => _queue = new(new(_clock), new FakeSlots(), _observer, _clock, QueueOrder.Kept, _stop.Token);

    private FakeHost H1 => _hosts["h1"];

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Parallel_migrations_run_one_at_a_time_in_the_order_given()
    {
        Enqueue(Parallel(1), Parallel(2), Parallel(3));
        for (int id = 1; id <= 3; id++)
        {
            FakeTransfer transfer = await H1.NextTransferAsync();
            Assert.Equal(Given.Id(id), transfer.Vm);
            Assert.Equal(Enumerable.Range(1, id).Select(one => $"vm{one}"), _observer.Starts);
            transfer.Succeed();
        }

        await EndAsync();
        Assert.Equal(3, _observer.Results.Count(result => result.Outcome == MigrationOutcome.Succeeded));
    }

    [Fact]
    public async Task With_a_concurrency_of_two_two_run_and_the_third_follows_the_first_that_ends()
    {
        Enqueue(Plain(1), Plain(2), Plain(3));
        Dictionary<Guid, FakeTransfer> running = await TransfersAsync(H1, 2);
        Assert.Equal([Given.Id(1), Given.Id(2)], running.Keys.Order());
        await _observer.UntilAsync("wait vm3: h1 outgoing 2/2");
        Assert.False(H1.HasTransferWaiting());
        running[Given.Id(2)].Succeed();
        FakeTransfer third = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        running[Given.Id(1)].Succeed();
        third.Succeed();
        await EndAsync();
        Assert.Equal(3, _observer.Results.Count);
    }

    [Fact]
    public async Task A_wait_is_told_once_for_each_reason()
    {
        Enqueue(Parallel(1), Parallel(2));
        FakeTransfer first = await H1.NextTransferAsync();
        await _observer.UntilAsync("wait vm2");
        Enqueue(Parallel(3));
        Enqueue(Parallel(4));
        first.Succeed();
        FakeTransfer second = await H1.NextTransferAsync();
        Assert.Single(_observer.Told, one => one.StartsWith("wait vm2", StringComparison.Ordinal));
        second.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
    }

    [Fact]
    public async Task VMs_on_other_hosts_do_not_wait()
    {
        Enqueue(Parallel(1), Parallel(2), Plain(3, "h3>h4"));
        FakeTransfer other = await _hosts["h3"].NextTransferAsync();
        FakeTransfer first = await H1.NextTransferAsync();
        Assert.DoesNotContain("vm2", _observer.Starts);
        other.Succeed();
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
    }

    // h3 is free, but vm2 waits for it together with h1 and would never get it if vm3, vm4, ... went ahead.
    [Fact]
    public async Task VMs_that_share_a_host_with_one_that_waits_keep_their_order()
    {
        Enqueue(Parallel(1), Parallel(2, "h1>h3"), Plain(3, "h3>h4"), Plain(4, "h5>h4"));
        FakeTransfer first = await H1.NextTransferAsync();
        await _observer.UntilAsync("wait vm2");
        first.Succeed();
        FakeTransfer second = await H1.NextTransferAsync();
        Assert.Equal(["vm1", "vm2"], _observer.Starts);
        second.Succeed();
        (await _hosts["h3"].NextTransferAsync()).Succeed();
        (await _hosts["h5"].NextTransferAsync()).Succeed();
        await EndAsync();
    }

    [Fact]
    public async Task What_virsh_started_is_waited_for()
    {
        H1.Shown = [new("h1", Given.Id(99), "virsh's", MigrationDirection.Outgoing, null)];
        Enqueue(Parallel(1));
        await _observer.UntilAsync("wait vm1: it migrates over parallel connections");
        Assert.False(H1.HasTransferWaiting());
        H1.Shown = [];
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
    }

    [Fact]
    public async Task StartNoMore_drops_what_waits_and_lets_what_runs_finish()
    {
        Enqueue(Parallel(1), Parallel(2), Parallel(3));
        FakeTransfer first = await H1.NextTransferAsync();
        _queue.StartNoMore();
        await _observer.UntilAsync(told => told.Contains("not started vm2 MigrationNotStarted") && told.Contains("not started vm3 MigrationNotStarted"));
        Assert.False(_queue.Completion.IsCompleted);
        first.Succeed();
        await EndAsync();
        Assert.Equal(["vm1"], _observer.Starts);
        Assert.Equal(MigrationOutcome.Succeeded, Assert.Single(_observer.Results).Outcome);
        Assert.DoesNotContain("AbortJob", H1.Calls);
    }

    [Fact]
    public async Task StartNoMore_counts_also_while_the_queue_is_asking_the_hosts()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        H1.ListingGate = gate.Task;
        Enqueue(Plain(1));
        await H1.CalledAsync("ListMigrations");
        _queue.StartNoMore();
        gate.SetResult();
        Task ended = EndAsync();
        Task<FakeTransfer> started = H1.NextTransferAsync();
        bool wasStarted = await Task.WhenAny(ended, started) == started;
        if (wasStarted)
        {
            (await started).Succeed();
        }

        await ended;
        Assert.False(wasStarted);
        Assert.Equal(["not started vm1 MigrationNotStarted"], _observer.Told);
    }

    [Fact]
    public async Task A_stop_aborts_what_runs_and_drops_what_waits()
    {
        Enqueue(Parallel(1), Parallel(2));
        await H1.NextTransferAsync();
        await _stop.CancelAsync();
        _queue.Complete();
        await _queue.Completion.WaitAsync(FakeHost.Patience);
        Assert.Equal(MigrationOutcome.Aborted, Assert.Single(_observer.Results).Outcome);
        Assert.Contains("not started vm2 MigrationNotStarted", _observer.Told);
        Assert.Equal(["vm1"], _observer.Starts);
    }

    [Fact]
    public async Task A_cap_is_shared_on_every_start_and_end()
    {
        Enqueue(Plain(1), Plain(2, "h1>h3"));
        Dictionary<Guid, FakeTransfer> running = await TransfersAsync(H1, 2);
        foreach (Guid vm in running.Keys)
        {
            H1.Jobs[vm] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(2), Iteration = 1 };
        }

        H1.Publish(new IterationStarted(1));
        await H1.CalledAsync(Share(1, "5 Gbps"));
        await H1.CalledAsync(Share(2, "5 Gbps"));
        running[Given.Id(1)].Succeed();
        await H1.CalledAsync(Share(2, "10 Gbps"));
        running[Given.Id(2)].Succeed();
        await EndAsync();
        Assert.DoesNotContain(Share(1, "10 Gbps"), H1.Calls);
    }

    [Fact]
    public async Task A_speed_that_was_shared_comes_back_where_the_VM_stayed()
    {
        H1.Speeds[Given.Id(1)] = Bandwidth.Parse("123Mbps");
        Enqueue(Plain(1), Plain(2));
        Dictionary<Guid, FakeTransfer> running = await TransfersAsync(H1, 2);
        Show(1, pass: 1);
        Show(2, pass: 1);
        await H1.CalledAsync(Share(1, "5 Gbps"));
        running[Given.Id(1)].Fail(HypervisorFault.Internal);
        running[Given.Id(2)].Succeed();
        await EndAsync();
        Assert.Equal(Bandwidth.Parse("123Mbps"), H1.Speeds[Given.Id(1)]);
    }

    // The schedule sets a speed, then the link is shared, then the migration fails: what was there before any of it comes back.
    [Fact]
    public async Task A_speed_that_the_schedule_set_and_that_was_shared_comes_back_as_it_was_before_both()
    {
        H1.Speeds[Given.Id(1)] = Bandwidth.Parse("123Mbps");
        Enqueue(Plain(1) with { Schedule = [ConvergenceStep.Parse("pass 2: bandwidth 7Gbps"), ConvergenceStep.Parse("pass 99: abort")] });
        FakeTransfer first = await H1.NextTransferAsync();
        Show(1, pass: 2);
        await H1.CalledAsync(Share(1, "7 Gbps"));
        Enqueue(Plain(2));
        FakeTransfer second = await H1.NextTransferAsync();
        Show(2, pass: 1);
        await H1.CalledAsync(Share(1, "5 Gbps"));
        first.Fail(HypervisorFault.Internal);
        second.Succeed();
        await EndAsync();
        Assert.Equal(Bandwidth.Parse("123Mbps"), H1.Speeds[Given.Id(1)]);
    }

    [Fact]
    public async Task Those_that_share_no_link_share_no_cap()
    {
        Enqueue(Plain(1), Plain(2, "h3>h4"));
        FakeTransfer first = await H1.NextTransferAsync();
        FakeTransfer second = await _hosts["h3"].NextTransferAsync();
        first.Succeed();
        second.Succeed();
        await EndAsync();
        Assert.DoesNotContain(_hosts.Values.SelectMany(host => host.Calls), call => call.StartsWith("SetMaxBandwidth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fresh_plan_runs_as_it_is()
    {
        Enqueue(Plain(1));
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal(0, _replans);
    }

    [Fact]
    public async Task An_old_plan_that_still_fits_runs_as_it_is()
    {
        Enqueue(Parallel(1), Parallel(2));
        FakeTransfer first = await H1.NextTransferAsync();
        _clock.Advance(TimeSpan.FromSeconds(6));
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal(1, _replans);
        Assert.DoesNotContain(_observer.Results[1].Plan.Decisions, decision => decision.Taken == "replanned");
    }

    [Fact]
    public async Task An_old_plan_that_no_longer_fits_is_replaced_and_says_so()
    {
        Enqueue(Parallel(1));
        FakeTransfer first = await H1.NextTransferAsync();
        MigrationPlan old = Parallel(2);
        MigrationPlan anew = Parallel(2, "h1>h3");
        EnqueueWith(old, anew);
        _clock.Advance(TimeSpan.FromSeconds(6));
        first.Succeed();
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        MigrationResult result = _observer.Results[1];
        Assert.Equal("h3", result.Destination);
        PlanDecision decision = Assert.Single(result.Plan.Decisions, decision => decision.Taken == "replanned");
        Assert.Equal(old.ToString(), decision.Asked);
        Assert.True(result.Plan.DoesTheSameAs(anew));
    }

    [Fact]
    public async Task A_plan_made_anew_waits_for_the_slots_of_its_new_hosts()
    {
        Enqueue(Parallel(1));
        FakeTransfer first = await H1.NextTransferAsync();
        _hosts["h3"].Shown = [new("h3", Given.Id(99), "virsh's", MigrationDirection.Incoming, null)];
        EnqueueWith(Parallel(2), Parallel(2, "h1>h3"));
        _clock.Advance(TimeSpan.FromSeconds(6));
        first.Succeed();
        await _observer.UntilAsync(told => told.Contains("start vm2") || told.Any(one => one.Contains("h3", StringComparison.Ordinal)));
        bool waited = !_observer.Starts.Contains("vm2");
        _hosts["h3"].Shown = [];
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.True(waited);
    }

    [Fact]
    public async Task A_plan_that_cannot_be_made_anew_is_not_started_and_the_others_go_on()
    {
        Enqueue(Parallel(1));
        FakeTransfer first = await H1.NextTransferAsync();
        MigrationPlan plan = Parallel(2);
        _hosts["h1"].With(plan.Uuid);
        _queue.Enqueue(new(RunOf(plan), _ => throw new VirtMigrationException("NoDestination", "There is none.", "Find one.")));
        Enqueue(Parallel(3));
        _clock.Advance(TimeSpan.FromSeconds(6));
        first.Succeed();
        FakeTransfer third = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(3), third.Vm);
        third.Succeed();
        await EndAsync();
        Assert.Contains("not started vm2 NoDestination", _observer.Told);
    }

    [Fact]
    public async Task A_VM_that_cannot_be_prepared_is_not_started_and_the_others_go_on()
    {
        H1.Fail("SaveDefinition", HypervisorFault.AccessDenied);
        Enqueue(Parallel(1), Parallel(2));
        FakeTransfer second = await H1.NextTransferAsync();
        Assert.Equal(Given.Id(2), second.Vm);
        second.Succeed();
        await EndAsync();
        Assert.Contains("not started vm1 HostAccessDenied", _observer.Told);
    }

    [Fact]
    public async Task A_host_that_cannot_be_asked_leaves_the_error_to_the_run()
    {
        H1.Fail("ListMigrations", HypervisorFault.Unreachable);
        H1.Fail("SaveDefinition", HypervisorFault.Unreachable);
        Enqueue(Plain(1));
        await EndAsync();
        Assert.Contains("not started vm1 HostUnreachable", _observer.Told);
        Assert.DoesNotContain("Migrate", H1.Calls);
    }

    [Fact]
    public async Task A_migration_that_fails_does_not_hold_up_the_others()
    {
        Enqueue(Parallel(1), Parallel(2));
        (await H1.NextTransferAsync()).Fail(HypervisorFault.Internal);
        (await H1.NextTransferAsync()).Succeed();
        await EndAsync();
        Assert.Equal([MigrationOutcome.Failed, MigrationOutcome.Succeeded], _observer.Results.Select(result => result.Outcome));
    }

    [Fact]
    public async Task A_queue_without_VMs_ends_when_nothing_more_will_come()
    {
        Assert.False(_queue.Completion.IsCompleted);
        await EndAsync();
        Assert.Empty(_observer.Told);
    }

    private void Show(int id, int pass)
    {
        H1.Jobs[Given.Id(id)] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), Iteration = pass };
        H1.Publish(new IterationStarted(pass));
    }

    private static MigrationPlan Plain(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.MinimalDowntime);

    private static MigrationPlan Parallel(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.VeryLarge);

    private static MigrationPlan Of(int id, string way, MigrationPolicy policy) => Given.Plan($"vm{id}", id, way[..2], way[3..], policy);

    private static string Share(int id, string bandwidth) => $"SetMaxBandwidth {Given.Id(id).ToString()[..8]} {bandwidth}";

    private static async Task<Dictionary<Guid, FakeTransfer>> TransfersAsync(FakeHost host, int count)
    {
        Dictionary<Guid, FakeTransfer> transfers = [];
        for (int i = 0; i < count; i++)
        {
            FakeTransfer transfer = await host.NextTransferAsync();
            transfers[transfer.Vm] = transfer;
        }

        return transfers;
    }

    private void Enqueue(params MigrationPlan[] plans)
    {
        foreach (MigrationPlan plan in plans)
        {
            EnqueueWith(plan, plan);
        }
    }

    private void EnqueueWith(MigrationPlan plan, MigrationPlan anew)
    {
        _hosts[plan.Source].With(plan.Uuid);
        _queue.Enqueue(new(RunOf(plan), _ =>
        {
            Interlocked.Increment(ref _replans);
            return Task.FromResult(RunOf(anew));
        }));
    }

    private MigrationRun RunOf(MigrationPlan plan) => new(plan, _hosts[plan.Source], _hosts[plan.Destination], "alice@ops1");

    private async Task EndAsync()
    {
        _queue.Complete();
        await _queue.Completion.WaitAsync(FakeHost.Patience);
    }
}
