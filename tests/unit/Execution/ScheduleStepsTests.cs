using VirtMigration.Execution;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class ScheduleStepsTests : IDisposable
{
    private readonly RunnerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_guest_that_stands_for_longer_than_the_bound_is_let_go_on_the_source()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: pause up to 30s"));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        _world.Clock.Advance(TimeSpan.FromSeconds(29.999));
        await _world.PassAsync(3);
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        _world.Clock.Advance(TimeSpan.FromSeconds(0.001));
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationNotConverging"), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Equal(["pause", "abort"], result.Actions.Select(action => action.Action));
        Assert.Contains("stood for 30 s", result.Actions[1].Reason, StringComparison.Ordinal);
        Assert.Single(_world.Source.Calls, call => call == "Suspend");
    }

    [Fact]
    public async Task A_finish_by_force_raises_the_limit_and_leaves_the_guest_running()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: finish up to 30s", "then: abort"));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        transfer.Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal("finish by force, downtime limit 30 s", Assert.Single(result.Actions).Action);
        Assert.Empty(_world.CallsWhileRunning("Suspend"));
        Assert.Single(_world.CallsWhileRunning("SetMaxDowntime"));
    }

    [Fact]
    public async Task A_timeout_is_told_from_the_policys_own_deadlines()
    {
        ConvergenceStep timeout = ConvergenceStep.Parse("after 0s: abort");
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("then: abort") with { Timeout = timeout, Deadlines = [timeout] });
        await _world.Source.NextTransferAsync();
        _world.Show(1);
        Assert.StartsWith("-Timeout, 'after 0 ms: abort'", Assert.Single((await running).Actions).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_guest_stands_no_further_step_is_taken()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf(["pass 2: pause up to 30s", "then: downtime 5s", "then: abort"], ["pass 4: bandwidth 1Gbps"]));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        for (int pass = 2; pass < 8; pass++)
        {
            await _world.PassAsync(pass);
        }

        transfer.Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Equal("pause", Assert.Single(result.Actions).Action);
        Assert.Equal(["Suspend"], _world.CallsWhileRunning("Su"));
        Assert.Empty(_world.CallsWhileRunning("SetMax"));
    }

    [Fact]
    public async Task A_pause_that_is_refused_is_recorded_and_the_next_step_follows()
    {
        _world.Source.Fail("Suspend");
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: pause up to 30s", "then: abort"));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        _world.Show(3);
        Assert.Equal(["Pause failed", "abort"], (await running).Actions.Select(action => action.Action));
    }

    [Fact]
    public async Task An_abort_after_a_pause_that_is_refused_is_tried_again()
    {
        _world.Source.Fail("AbortJob", times: 2);
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: pause up to 1s"));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        MigrationResult result = await running;
        Assert.Equal("MigrationNotConverging", result.ErrorId);
        Assert.Equal(3, _world.Source.Calls.Count(call => call == "AbortJob"));
    }

    // Or a guest that never converges would be migrated for ever: nothing of the schedule is left.
    [Fact]
    public async Task An_abort_of_the_schedule_that_is_refused_is_tried_again()
    {
        _world.Source.Fail("AbortJob", times: 2);
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: abort"));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Show(2);
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(3)));
        int asked = _world.Source.Calls.Count(call => call == "AbortJob");
        transfer.Fail(HypervisorFault.Aborted);
        await running;
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_step_that_sets_the_bandwidth_is_taken_and_the_speed_that_was_kept_comes_back()
    {
        _world.Source.Speeds[RunnerWorld.Vm] = Bandwidth.Parse("123Mbps");
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: bandwidth 5Gbps", "then: abort"));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        Assert.Equal(Bandwidth.Parse("5Gbps"), _world.Source.Speeds[RunnerWorld.Vm]);
        _world.Show(3);
        MigrationResult result = await running;
        Assert.Equal(["bandwidth 5 Gbps", "abort"], result.Actions.Select(action => action.Action));
        Assert.Equal(Bandwidth.Parse("123Mbps"), _world.Source.Speeds[RunnerWorld.Vm]);
        Assert.Empty(result.Notices);
    }

    [Fact]
    public async Task After_a_move_nothing_is_set_back_on_a_source_that_has_the_VM_no_more()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf(["pass 99: abort"], ["pass 2: bandwidth 5Gbps"]));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        transfer.Succeed(RunnerWorld.Figures);
        Assert.Equal(MigrationOutcome.Succeeded, (await running).Outcome);
        Assert.Equal([RunnerWorld.Speed("5Gbps")], _world.CallsWhileRunning("SetMaxBandwidth"));
    }

    [Fact]
    public async Task A_speed_that_cannot_be_set_back_is_a_notice()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 9: bandwidth 5Gbps", "then: abort"));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Source.Fail("SetMaxBandwidth");
        transfer.Fail(HypervisorFault.Internal);
        Assert.Contains("migration bandwidth could not be set back", Assert.Single((await running).Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_such_a_step_the_kept_speed_is_neither_read_nor_set()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 9: abort"));
        (await _world.Source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        await running;
        Assert.DoesNotContain(_world.Source.Calls, call => call.Contains("MaxBandwidth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deadline_is_taken_and_called_one()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf(["pass 99: abort"], ["after 10s/GiB: abort"]));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(1, it => it with { Elapsed = TimeSpan.FromSeconds(39) });
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        _world.Source.Jobs[RunnerWorld.Vm] = _world.Source.Jobs[RunnerWorld.Vm] with { Elapsed = TimeSpan.FromSeconds(40) };
        MigrationResult result = await running;
        MigrationAction action = Assert.Single(result.Actions);
        Assert.Equal("abort", action.Action);
        Assert.Contains("deadline 'after 10 s/GiB: abort'", action.Reason, StringComparison.Ordinal);
        Assert.Equal("MigrationNotConverging", result.ErrorId);
    }

    [Fact]
    public async Task Disks_that_are_copied_count_as_well()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf(["pass 99: abort"], ["no progress for 5s: downtime 1s", "after 10s/GiB: abort"]));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        for (int second = 0; second < 45; second += 5)
        {
            // 4 GiB of memory and 6 GiB of disks: it is the disks that make progress.
            int now = second;
            await _world.PassAsync(1, it => it with
            {
                Elapsed = TimeSpan.FromSeconds(now),
                DiskTotal = Given.GiB(6),
                DiskRemaining = ByteSize.FromMebibytes(6000 - (100 * now)),
            });
        }

        transfer.Succeed(RunnerWorld.Figures);
        Assert.Empty((await running).Actions);
    }

    [Fact]
    public async Task A_doubled_downtime_is_set_and_recorded_as_what_it_comes_to()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("then: downtime x2 up to 350ms", "then: abort"));
        await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        await _world.PassAsync(3);
        _world.Show(4);

        MigrationResult result = await running;
        Assert.Equal(["downtime limit 200 ms", "downtime limit 350 ms", "abort"], result.Actions.Select(action => action.Action));
        Assert.Equal(TimeSpan.FromMilliseconds(777), _world.Source.Downtimes[RunnerWorld.Vm]);
    }
}
