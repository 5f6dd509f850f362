using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationTakeOverTests : IDisposable
{
    private const int Dead = 4711;

    private static readonly Guid s_vm = RunnerWorld.Vm;

    private readonly RunnerWorld _world = new();
    private readonly TemporaryFolder _folder = new();
    private readonly FakeHypervisor _hypervisor;
    private readonly FakeLeases _leases = new();
    private readonly FakeShells _shells = new();
    private readonly FakeHistory _history = new();
    private readonly MigrationOwnership _ownership;
    private readonly MigrationLister _lister;
    private readonly MigrationTakeOver _takeOver;
    private readonly HostRegistry _registry;

    public MigrationTakeOverTests()
    {
        _hypervisor = new(_world.Source, _world.Destination);
        ClusterFile file = new(_folder.Path);
        file.Update(state => state with { Hosts = [_world.Source.Registration, _world.Destination.Registration] });
        _registry = new(file);
        _ownership = new(_leases, _shells, _world.Clock) { RenewalInterval = TimeSpan.FromMilliseconds(10), LookEvery = TimeSpan.FromMilliseconds(10) };
        _lister = new(_hypervisor, _world.Clock, _ownership);
        _takeOver = new(_hypervisor, _registry, _ownership, _world.Clock, _history, "bob@ops2");
        _world.Source.Says[s_vm] = _world.Source.Running(s_vm) with { JobRunning = true };
        _world.Source.Downtimes[s_vm] = TimeSpan.FromMilliseconds(200);
        ShowsPass(9);
    }

    public void Dispose()
    {
        _world.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_rest_of_the_schedule_is_run_from_the_record_and_the_run_is_in_the_history()
    {
        Intends("pass 2: downtime 150ms", "pass 3: downtime 200ms", "then: downtime 2s", "then: abort");
        ProposedTakeOver proposed = await ProposeAsync();
        Assert.Equal(["then: downtime 2 s", "then: abort"], proposed.Left());
        Task<MigrationResult> running = RunAsync(proposed);
        await _world.Source.CalledAsync("GetJob", 3);
        Assert.Equal(("bob@ops2", $"alice@ops1, process {Dead} on {Environment.MachineName}"), (_leases.Held[s_vm].Operator, _leases.Held[s_vm].TakenOverFrom));
        _world.Clock.Advance(TimeSpan.FromSeconds(10));
        await _world.PassAsync(10, Elapsed);
        Assert.Equal(["SetMaxDowntime 2 s"], _world.Source.Calls.Where(call => call.StartsWith("SetMax", StringComparison.Ordinal)));
        Moves();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, "h2"), (result.Outcome, result.EndState, result.Host));
        Assert.Equal(["taken over", "downtime limit 2 s"], result.Actions.Select(action => action.Action));
        Assert.Contains("SetIntent none", _world.Destination.Calls);
        Assert.Empty(_leases.Held);
        MigrationRecord record = Assert.Single(_history.Records);
        Assert.Equal(("alice@ops1", "Night", _world.Source.Intents[s_vm].StartedAt), (record.Operator, record.Policy, record.StartedAt));
        Assert.Contains("by bob@ops2", record.Actions[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(record.Measured, one => one.Setting == "ParallelConnections" && one.Seen is not null);
    }

    [Fact]
    public async Task A_schedule_that_ends_in_giving_up_aborts_and_puts_back_what_was_before()
    {
        Intends("pass 2: downtime 200ms", "then: abort");
        Task<MigrationResult> running = RunAsync(await ProposeAsync());
        await _world.Source.CalledAsync("GetJob", 3);
        _world.Source.OnCall = call =>
        {
            if (call == "AbortJob")
            {
                Stays();
            }
        };
        _world.Clock.Advance(TimeSpan.FromSeconds(10));
        _world.Show(10, Elapsed);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationNotConverging"), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Equal(TimeSpan.FromMilliseconds(777), _world.Source.Downtimes[s_vm]);
        Assert.Empty(_world.Source.Intents);
        Assert.Equal(MigrationOutcome.Failed, Assert.Single(_history.Records).Outcome);
    }

    [Fact]
    public async Task One_that_somebody_stops_is_not_said_to_have_moved()
    {
        Intends("pass 99: abort");
        Task<MigrationResult> running = RunAsync(await ProposeAsync());
        await _world.Source.CalledAsync("GetJob", 3);
        Stays();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationEndUnheard", "h1"), (result.Outcome, result.EndState, result.ErrorId, result.Host));
    }

    [Fact]
    public async Task Polls_that_fail_end_nothing()
    {
        Intends("pass 99: abort");
        ProposedTakeOver proposed = await ProposeAsync();
        Task<MigrationResult> running = RunAsync(proposed);
        await _world.Source.CalledAsync("GetJob", 3);
        int looks = _world.Source.Calls.Count(call => call == "GetJob");
        _world.Source.Fail("GetJob", times: 4);
        await _world.Source.CalledAsync("GetJob", looks + 6);
        Assert.False(running.IsCompleted);
        Moves();
        Assert.Equal(MigrationOutcome.Succeeded, (await running).Outcome);
    }

    [Fact]
    public async Task Let_go_of_it_goes_on_and_is_neither_aborted_nor_recorded()
    {
        Intends("pass 99: abort");
        ProposedTakeOver proposed = await ProposeAsync();
        Task<MigrationResult> running = RunAsync(proposed);
        await _world.Source.CalledAsync("GetJob", 3);
        await _world.Stop.CancelAsync();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Detached, MigrationEndState.InProgress), (result.Outcome, result.EndState));
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        Assert.DoesNotContain("SetIntent none", _world.Source.Calls);
        Assert.Empty(_leases.Held);
        Assert.Empty(_history.Records);
        Assert.EndsWith("goes on unattended, and nobody runs the schedule of policy Night. Take it over again: Watch-VmMigration db1 -TakeOver.", proposed.ToldWhenLetGo(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taken_over_by_another_one_it_is_only_observed()
    {
        Intends("pass 10: downtime 5s", "then: abort");
        Task<MigrationResult> running = RunAsync(await ProposeAsync());
        await _world.Source.CalledAsync("GetJob", 3);
        _leases.Held[s_vm] = _leases.Held[s_vm] with { Id = Guid.NewGuid(), Operator = "carol@ops3", Shell = new("elsewhere", 1, null) };
        _world.Clock.Advance(TimeSpan.FromSeconds(10));
        await _world.PassAsync(10, Elapsed);
        await _world.PassAsync(11, Elapsed);
        Moves();
        MigrationResult result = await running;
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("SetMax", StringComparison.Ordinal));
        Assert.Equal(["taken over", "steering ended"], result.Actions.Select(action => action.Action));
        Assert.Contains(result.Notices, notice => notice.StartsWith("carol@ops3", StringComparison.Ordinal));
        Assert.DoesNotContain("SetIntent none", _world.Destination.Calls);
        Assert.Empty(_history.Records);
    }

    [Fact]
    public async Task A_live_shell_keeps_it()
    {
        Intends("pass 99: abort");
        _shells.Alive.Add(Dead);
        Assert.Equal("MigrationHeld", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync())).ErrorId);
        _leases.WriteFailure = FakeLeases.DiskFull;
        Assert.Equal("MigrationHeld", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync())).ErrorId);
    }

    [Fact]
    public async Task Without_a_record_it_needs_a_policy()
    {
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync());
        Assert.Equal("IntentMissing", error.ErrorId);
        Assert.Contains("-TakeOver -Policy", error.RecommendedAction, StringComparison.Ordinal);
        ProposedTakeOver proposed = await ProposeAsync(BuiltInPolicies.MinimalDowntime);
        Assert.Equal("MinimalDowntime", proposed.Policy);
        Assert.EndsWith("from whoever started it elsewhere", proposed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_another_job_is_none()
    {
        Intends("pass 99: abort");
        _world.Source.Intents[s_vm] = _world.Source.Intents[s_vm] with { StartedAt = _world.Clock.GetUtcNow() - TimeSpan.FromHours(1) };
        Assert.Equal("IntentMissing", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync())).ErrorId);
    }

    [Fact]
    public async Task An_old_record_means_the_policy_as_it_is_now()
    {
        Intends("pass 99: abort");
        _world.Source.Intents[s_vm] = _world.Source.Intents[s_vm] with { Schedule = null, Policy = "PostCopy" };
        ProposedTakeOver proposed = await ProposeAsync();
        Assert.Equal(BuiltInPolicies.PostCopy.Schedule, proposed.Schedule.Steps);
        Assert.Contains("only its policy PostCopy", Assert.Single(proposed.Warnings), StringComparison.Ordinal);
        _world.Source.Intents[s_vm] = _world.Source.Intents[s_vm] with { Policy = "Gone" };
        Assert.Equal("IntentMissing", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync())).ErrorId);
    }

    [Fact]
    public async Task In_post_copy_there_is_nothing_left_to_steer_but_the_end_is_seen_to()
    {
        Intends("pass 2: abort");
        _world.Source.Definitions[s_vm] = _world.Source.Definitions[s_vm] with { Autostart = true };
        _world.Source.Says[s_vm] = _world.Source.Paused(s_vm, VmStateReason.PostCopy) with { JobRunning = true };
        _world.Destination.Says[s_vm] = _world.Destination.Running(s_vm, VmStateReason.RunningInPostCopy);
        ProposedTakeOver proposed = await ProposeAsync();
        Assert.Empty(proposed.Left());
        Assert.Contains("nothing left to steer", Assert.Single(proposed.Warnings), StringComparison.Ordinal);
        Task<MigrationResult> running = RunAsync(proposed);
        await _world.PassAsync(11, Elapsed);
        Moves();
        Assert.Equal(MigrationOutcome.Succeeded, (await running).Outcome);
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        Assert.Contains("SetAutostart True", _world.Destination.Calls);
    }

    [Fact]
    public async Task One_that_has_ended_is_not_taken_over()
    {
        Intends("pass 99: abort");
        ProposedTakeOver proposed = await ProposeAsync();
        _world.Source.Jobs.Clear();
        Assert.Equal("MigrationNotFound", (await Assert.ThrowsAsync<VirtMigrationException>(() => RunAsync(proposed))).ErrorId);
        Assert.Empty(_leases.Held);
    }

    [Fact]
    public async Task Where_it_goes_must_be_known()
    {
        _world.Destination.Shown = [];
        Assert.Equal("TakeOverDestinationUnknown", (await Assert.ThrowsAsync<VirtMigrationException>(() => ProposeAsync(BuiltInPolicies.Default))).ErrorId);
    }

    [Fact]
    public async Task A_policy_that_is_stated_begins_with_its_downtime_and_its_step_of_bandwidth_is_put_back()
    {
        _world.Source.Speeds[s_vm] = Bandwidth.Parse("123Mbps");
        MigrationPolicy policy = MigrationPolicy.Bare("Own") with
        {
            InitialDowntime = TimeSpan.FromMilliseconds(400),
            Schedule = [ConvergenceStep.Parse("pass 2: bandwidth 1Gbps"), ConvergenceStep.Parse("pass 99: abort")],
        };
        Task<MigrationResult> running = RunAsync(await ProposeAsync(policy));
        await _world.Source.CalledAsync(RunnerWorld.Speed("1Gbps"));
        Stays();
        MigrationResult result = await running;
        Assert.Equal(["taken over", "downtime limit 400 ms", "bandwidth 1 Gbps"], result.Actions.Select(action => action.Action));
        Assert.Equal(Bandwidth.Parse("123Mbps"), _world.Source.Speeds[s_vm]);
        Assert.Equal(TimeSpan.FromMilliseconds(200), _world.Source.Downtimes[s_vm]);
    }

    private static MigrationCounters Elapsed(MigrationCounters counters) => counters with { Elapsed = TimeSpan.FromSeconds(30) };

    private void ShowsPass(int pass)
    {
        _world.Source.Jobs[s_vm] = Elapsed(new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), MemoryProcessed = Given.GiB(8), Iteration = pass });
        _world.Source.Shown = [new("h1", s_vm, "db1", MigrationDirection.Outgoing, _world.Source.Jobs[s_vm])];
        _world.Destination.Shown = [new("h2", s_vm, "db1", MigrationDirection.Incoming, null)];
    }

    private void Intends(params string[] steps) => _world.Source.Intents[s_vm] =
        new("alice@ops1", Environment.MachineName, Dead, "Night", "h2", _world.Clock.GetUtcNow() - TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(777))
        {
            Schedule = ScheduleIntent.Of(RunnerWorld.PlanOf(steps), null),
        };

    private void Moves()
    {
        _world.Source.Says[s_vm] = _world.Source.Absent();
        _world.Destination.Says[s_vm] = _world.Destination.Running(s_vm, VmStateReason.Migrated);
        _world.Source.Jobs.TryRemove(s_vm, out _);
    }

    private void Stays()
    {
        _world.Source.Says[s_vm] = _world.Source.Running(s_vm);
        _world.Source.Jobs.TryRemove(s_vm, out _);
    }

    private async Task<ProposedTakeOver> ProposeAsync(MigrationPolicy? policy = null)
    {
        VmMigration migration = Assert.Single((await _lister.ListAsync(_registry.All(), default)).Migrations);
        return await _takeOver.ProposeAsync(migration, policy, default);
    }

    private Task<MigrationResult> RunAsync(ProposedTakeOver proposed) => _takeOver.RunAsync(proposed, null, _world.Stop.Token).WaitAsync(FakeHost.Patience);
}
