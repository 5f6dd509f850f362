using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class RecordingTests : IDisposable
{
    private readonly RunnerWorld _world = new();
    private readonly FakeHistory _history = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_run_is_recorded_with_its_plan_its_actions_its_samples_and_what_both_hosts_said()
    {
        MigrationPlan plan = RunnerWorld.PlanOf(["pass 2: downtime 150ms", "then: abort"], ["no progress for 1h: abort"]) with
        {
            Warnings = (string[])["a warning"],
        };
        Task<MigrationResult> running = StartAsync(plan);
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1);
        _world.Clock.Advance(TimeSpan.FromSeconds(8));
        await _world.PassAsync(2, counters => counters with { Throttle = 40 });
        transfer.Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Empty(result.Notices);

        MigrationRecord record = Assert.Single(_history.Records);
        Assert.Equal(MigrationRecord.CurrentFormat, record.FormatVersion);
        Assert.Equal(7, record.Id.Version);
        Assert.Equal(("db1", RunnerWorld.Vm, "h1", "h2", "Own"), (record.VM, record.Uuid, record.Source, record.Destination, record.Policy));
        Assert.Equal(("alice@ops1", Environment.MachineName), (record.Operator, record.Machine));
        Assert.Equal(result.StartedAt, record.StartedAt);
        Assert.Equal(result.StartedAt.AddSeconds(8), record.EndedAt);
        Assert.Equal(TimeSpan.FromSeconds(8), record.Duration);
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, "h2"), (record.Outcome, record.EndState, record.Host));
        Assert.Equal((result.OnSource, result.OnDestination), (record.OnSource, record.OnDestination));
        Assert.Equal((result.Downtime, result.TotalTime, result.Sent, result.Throughput), (record.Downtime, record.TotalTime, record.Sent, record.Throughput));
        Assert.NotNull(record.Downtime);
        Assert.Equal((5, 40, null, false), (record.Passes, record.MaxThrottle, record.ParallelConnections, record.ZeroCopy));
        Assert.Equal(result.Measured, record.Measured);
        Assert.Equal(result.Actions, record.Actions);
        Assert.Equal("downtime limit 150 ms", Assert.Single(record.Actions).Action);
        Assert.Null(record.ErrorId);

        Assert.Equal(plan.ToString(), record.Plan.Summary);
        Assert.Equal(["Live", "PeerToPeer", "PersistDestination", "UndefineSource", "AbortOnError", "AutoConverge"], record.Plan.Techniques);
        Assert.Equal(plan.Transfer.Bandwidth, record.Plan.Bandwidth);
        Assert.Equal(["pass 2: downtime 150 ms", "then: abort"], record.Plan.Schedule);
        Assert.Equal(["no progress for 1 h: abort"], record.Plan.Deadlines);
        Assert.Equal(plan.Decisions, record.Plan.Decisions);
        Assert.Equal(["a warning"], record.Plan.Warnings);
        Assert.Null(record.Plan.PinsAfter);

        Assert.Equal([1, 2, 5], record.Samples.Select(sample => sample.Pass).Distinct());
        Assert.Equal((MigrationPhase.Ended, 100), (record.Samples[^1].Phase, record.Samples[^1].Percent));
    }

    [Fact]
    public async Task Pins_and_a_switchover_bandwidth_told_by_the_monitor_are_recorded()
    {
        PinLayout before = new() { VCpus = [new(0, [4])] };
        PinLayout after = new() { VCpus = [new(0, [8])] };
        Task<MigrationResult> running = StartAsync(Given.Plan() with
        {
            MonitorSwitchoverBandwidth = Bandwidth.Parse("5Gbps"),
            Pins = new() { Verdict = PinRemappingVerdict.Remapped, Before = before, After = after, Reasons = ["CPU 4 is not there"], Losses = ["it is far"] },
        });
        (await _world.Source.NextTransferAsync()).Succeed();
        await running;
        PlanRecord plan = Assert.Single(_history.Records).Plan;
        Assert.Equal(("vCPU 0: 4", "vCPU 0: 8"), (plan.PinsBefore, plan.PinsAfter));
        Assert.Equal(["CPU 4 is not there", "it is far"], plan.PinReasons);
        Assert.Equal(Bandwidth.Parse("5Gbps"), plan.SwitchoverBandwidth);
    }

    [Theory]
    [InlineData(HypervisorFault.Internal, MigrationOutcome.Failed, "HypervisorError")]
    [InlineData(HypervisorFault.Aborted, MigrationOutcome.Aborted, "MigrationStoppedElsewhere")]
    public async Task A_run_that_failed_is_recorded_with_its_error(HypervisorFault fault, MigrationOutcome outcome, string errorId)
    {
        Task<MigrationResult> running = StartAsync(Given.Plan());
        (await _world.Source.NextTransferAsync()).Fail(fault);
        MigrationResult result = await running;
        MigrationRecord record = Assert.Single(_history.Records);
        Assert.Equal((outcome, MigrationEndState.Stayed, "h1", errorId), (record.Outcome, record.EndState, record.Host, record.ErrorId));
        Assert.Equal((result.Error, result.RecommendedAction), (record.Error, record.RecommendedAction));
    }

    [Fact]
    public async Task A_run_that_was_stopped_is_recorded()
    {
        Task<MigrationResult> running = StartAsync(Given.Plan());
        await _world.Source.NextTransferAsync();
        await _world.Stop.CancelAsync();
        await running;
        MigrationRecord record = Assert.Single(_history.Records);
        Assert.Equal(MigrationOutcome.Aborted, record.Outcome);
        Assert.Equal("stop requested", Assert.Single(record.Actions).Action);
    }

    [Fact]
    public async Task A_run_that_was_left_to_go_on_is_recorded_as_being_under_way()
    {
        Task<MigrationResult> running = StartAsync(Given.Plan(policy: BuiltInPolicies.PostCopy));
        await _world.Source.NextTransferAsync();
        _world.Source.Says[RunnerWorld.Vm] = _world.Source.Paused(RunnerWorld.Vm, VmStateReason.PostCopy) with { JobRunning = true };
        _world.Destination.Says[RunnerWorld.Vm] = _world.Destination.Running(RunnerWorld.Vm, VmStateReason.RunningInPostCopy);
        _world.Source.Publish(new PostCopyStarted());
        await _world.Stop.CancelAsync();
        await running;
        MigrationRecord record = Assert.Single(_history.Records);
        Assert.Equal((MigrationOutcome.Detached, MigrationEndState.InProgress, null), (record.Outcome, record.EndState, record.Host));
    }

    [Fact]
    public async Task A_run_whose_hosts_do_not_answer_is_recorded_as_unknown()
    {
        Task<MigrationResult> running = StartAsync(Given.Plan());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Source.Says[RunnerWorld.Vm] = VmObservation.NoAnswer("h1", "the connection broke");
        _world.Destination.Says[RunnerWorld.Vm] = VmObservation.NoAnswer("h2", "the connection broke");
        _world.Source.OnCall = _ => _world.Clock.Advance(TimeSpan.FromSeconds(10));
        transfer.Fail(HypervisorFault.Unreachable);
        await running;
        Assert.Equal((MigrationEndState.Unknown, null), (Assert.Single(_history.Records).EndState, _history.Records[0].Host));
    }

    [Fact]
    public async Task What_was_not_started_is_not_recorded()
    {
        _world.Source.Fail("SetIntent", HypervisorFault.AccessDenied);
        await Assert.ThrowsAsync<HypervisorException>(() => StartAsync(Given.Plan()));
        await _world.Stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StartAsync(Given.Plan()));
        Assert.Empty(_history.Records);
    }

    [Theory]
    [InlineData(false, MigrationOutcome.Succeeded, MigrationEndState.Moved)]
    [InlineData(true, MigrationOutcome.Failed, MigrationEndState.Stayed)]
    public async Task A_history_that_fails_changes_nothing_but_a_notice(bool failing, MigrationOutcome outcome, MigrationEndState state)
    {
        _history.Failure = new IOException("No space left on device");
        Task<MigrationResult> running = StartAsync(Given.Plan());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        if (failing)
        {
            transfer.Fail(HypervisorFault.Internal);
        }
        else
        {
            transfer.Succeed(RunnerWorld.Figures);
        }

        MigrationResult result = await running;
        Assert.Equal((outcome, state), (result.Outcome, result.EndState));
        Assert.Equal("the run could not be recorded: No space left on device", Assert.Single(result.Notices));
        Assert.IsType<string[]>(result.Notices);
    }

    [Fact]
    public async Task A_history_that_does_not_answer_keeps_the_result_for_seconds_only()
    {
        _history.Hangs = true;
        Task<MigrationResult> running = StartAsync(Given.Plan());
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationEndState.Moved, result.EndState);
        Assert.Equal("the run could not be recorded: the history has not answered for 5 s", Assert.Single(result.Notices));
    }

    [Fact]
    public async Task A_sample_is_kept_at_each_new_pass_and_else_at_most_one_a_second()
    {
        Task<MigrationResult> running = StartAsync(Given.Plan());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        foreach ((int pass, int milliseconds) in new[] { (1, 0), (1, 999), (1, 1), (1, 500), (2, 0), (3, 0), (3, 400) })
        {
            _world.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            await _world.PassAsync(pass);
        }

        transfer.Succeed(RunnerWorld.Figures);
        await running;

        // The last two are the last one before the end, and the end.
        DateTimeOffset start = _history.Records[0].StartedAt;
        Assert.Equal(
            [(1, 0), (1, 1000), (2, 1500), (3, 1500), (3, 1900), (5, 1900)],
            _history.Records[0].Samples.Select(sample => (sample.Pass, (int)(sample.Time - start).TotalMilliseconds)));
    }

    private Task<MigrationResult> StartAsync(MigrationPlan plan) =>
        new MigrationRunner(_world.Clock, _history)
            .RunAsync(new(plan, _world.Source, _world.Destination, "alice@ops1"), null, _world.Stop.Token)
            .WaitAsync(FakeHost.Patience);
}
