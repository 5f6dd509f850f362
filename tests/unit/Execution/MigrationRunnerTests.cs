using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationRunnerTests : IDisposable
{
    private static readonly Guid s_vm = Given.Id(101);

    private static readonly MigrationCounters s_figures = new()
    {
        Elapsed = TimeSpan.FromSeconds(8),
        Downtime = TimeSpan.FromMilliseconds(42),
        MemoryTotal = Given.GiB(4),
        MemoryProcessed = Given.GiB(8),
        Iteration = 5,
    };

    private readonly FakeHost _source = new FakeHost("h1").With(s_vm);
    private readonly FakeHost _destination = new("h2");
    private readonly ManualClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Samples _samples = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task A_VM_that_moved_is_a_success_with_its_figures()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        transfer.Succeed(s_figures);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, "h2"), (result.Outcome, result.EndState, result.Host));
        Assert.Equal(TimeSpan.FromMilliseconds(42), result.Downtime);
        Assert.Equal(TimeSpan.FromSeconds(8), result.TotalTime);
        Assert.Equal(Given.GiB(8), result.Sent);
        Assert.Equal(Bandwidth.Parse("1GiB/s"), result.Throughput);
        Assert.Equal(5, result.Passes);
        Assert.Null(result.MaxThrottle);
        Assert.Null(result.ErrorId);
        Assert.Null(result.Error);
        Assert.Null(result.RecommendedAction);
        Assert.Empty(result.Actions);
        Assert.Empty(result.Notices);
        Assert.Equal("VM 'db1' is on h2 (h1: does not have it; h2: Running (Migrated), persistent).", result.Describe());
    }

    [Fact]
    public async Task What_the_plan_says_is_handed_over_as_it_is()
    {
        MigrationPlan plan = Given.Plan(policy: BuiltInPolicies.VeryLarge);
        Task<MigrationResult> running = Start(plan);
        FakeTransfer transfer = await _source.NextTransferAsync();
        Assert.Same(plan.Transfer, transfer.Settings);
        transfer.Succeed(s_figures);
        MigrationResult result = await running;
        Assert.Same(plan, result.Plan);
        Assert.Equal(2, result.ParallelConnections);
        Assert.True(result.ZeroCopy);
    }

    [Fact]
    public async Task Everything_is_prepared_before_the_transfer_and_what_must_be_restored_is_read_first()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        List<string> calls = [.. _source.Calls.Take(9)];
        Assert.Equal(["GetJob", "SaveDefinition"], calls.Take(2).Order());
        Assert.Equal(["Subscribe", "GetIntent", "GetMaxDowntime", "SetIntent", "GetIntent", "GetJob", "SetMaxDowntime 100 ms"], calls.Skip(2));
        Assert.Equal(
            new MigrationIntent("alice@ops1", Environment.MachineName, Environment.ProcessId, "MinimalDowntime", "h2", _clock.GetUtcNow(), TimeSpan.FromMilliseconds(777)) { Transfer = transfer.Settings },
            _source.Intents[s_vm] with { Schedule = null });
        transfer.Succeed();
        await running;
    }

    [Fact]
    public async Task After_a_move_the_intent_is_removed_where_the_VM_is_and_the_subscription_ends()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Succeed(s_figures);
        await running;
        Assert.Contains("SetIntent none", _destination.Calls);
        Assert.DoesNotContain("SetIntent none", _source.Calls);
        Assert.DoesNotContain("SetMaxDowntime 777 ms", _source.Calls);
        Assert.True(Assert.Single(_source.Subscriptions).Disposed);
    }

    [Fact]
    public async Task A_VM_that_stayed_gets_its_downtime_limit_back_and_loses_the_intent()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "h1"), (result.Outcome, result.EndState, result.Host));
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
        Assert.Empty(_source.Intents);
        Assert.Equal("HypervisorError", result.ErrorId);
        Assert.Contains("migrate failed: Internal", result.Error, StringComparison.Ordinal);
        Assert.Contains("VM 'db1' is on h1", result.Error, StringComparison.Ordinal);
        Assert.Equal("Do something about it.", result.RecommendedAction);
        Assert.DoesNotContain("SetIntent none", _destination.Calls);
        Assert.True(Assert.Single(_source.Subscriptions).Disposed);
    }

    [Fact]
    public async Task What_could_not_be_restored_is_a_notice()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.Fail("SetMaxDowntime");
        _source.Fail("SetIntent");
        transfer.Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal(2, result.Notices.Count);
        Assert.Contains("downtime limit could not be set back to 777 ms", result.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_in_pre_copy_aborts_and_the_VM_stays()
    {
        Task<MigrationResult> running = Start();
        await _source.NextTransferAsync();
        await _stop.CancelAsync();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Aborted, MigrationEndState.Stayed, "h1"), (result.Outcome, result.EndState, result.Host));
        Assert.Equal("MigrationAborted", result.ErrorId);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
        Assert.Empty(_source.Intents);
        Assert.Equal("stop requested", Assert.Single(result.Actions).Action);
    }

    [Fact]
    public async Task What_somebody_else_stopped_is_no_failure_and_says_so()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Fail(HypervisorFault.Aborted);
        MigrationResult result = await running;
        Assert.Equal(
            (MigrationOutcome.Aborted, MigrationEndState.Stayed, "MigrationStoppedElsewhere", "h1"),
            (result.Outcome, result.EndState, result.ErrorId, result.Host));
        Assert.Contains("somebody else stopped it", result.Error, StringComparison.Ordinal);
        Assert.Equal("Start it again when it suits.", result.RecommendedAction);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
    }

    // libvirt's word is the same wherever the VM is: only the hosts say that it stayed.
    [Fact]
    public async Task A_VM_that_moved_was_not_stopped_by_anybody()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).MoveBut(HypervisorFault.Aborted);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, null), (result.Outcome, result.ErrorId));
    }

    [Fact]
    public async Task An_abort_that_is_refused_is_asked_for_again_until_the_call_returns()
    {
        Task<MigrationResult> running = Start();
        await _source.NextTransferAsync();
        _source.Fail("AbortJob", times: 3);
        await _stop.CancelAsync();
        Assert.Equal(MigrationOutcome.Aborted, (await running).Outcome);
        Assert.Equal(4, _source.Calls.Count(call => call == "AbortJob"));
    }

    [Fact]
    public async Task A_stop_that_came_too_late_is_a_success()
    {
        _source.Aborts = false;
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        await _stop.CancelAsync();
        await _source.CalledAsync("AbortJob");
        transfer.Succeed(s_figures);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, "h2"), (result.Outcome, result.Host));
        Assert.Null(result.ErrorId);
    }

    [Fact]
    public async Task A_stop_before_the_start_touches_nothing()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Start());
        Assert.Empty(_source.Calls);
        Assert.Empty(_destination.Calls);
    }

    [Fact]
    public async Task A_stop_in_post_copy_detaches_and_never_aborts()
    {
        Task<MigrationResult> running = Start(Given.Plan(policy: BuiltInPolicies.PostCopy));
        await _source.NextTransferAsync();
        SayPostCopy();
        _source.Publish(new PostCopyStarted());
        await _stop.CancelAsync();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Detached, MigrationEndState.InProgress), (result.Outcome, result.EndState));
        Assert.Null(result.Host);
        Assert.Equal("MigrationDetached", result.ErrorId);
        Assert.DoesNotContain("AbortJob", _source.Calls);
        Assert.Contains("detached", result.Actions.Select(action => action.Action));
        Assert.True(_source.Intents.ContainsKey(s_vm));
    }

    [Fact]
    public async Task A_stop_after_the_schedule_switched_to_post_copy_detaches_too()
    {
        Task<MigrationResult> running = Start(PostCopyAtOnce());
        await _source.NextTransferAsync();
        Pass(1);
        await _source.CalledAsync("StartPostCopy");
        SayPostCopy();
        await _stop.CancelAsync();
        Assert.Equal(MigrationOutcome.Detached, (await running).Outcome);
        Assert.DoesNotContain("AbortJob", _source.Calls);
    }

    [Fact]
    public async Task In_post_copy_no_further_step_is_taken()
    {
        Task<MigrationResult> running = Start(PostCopyAtOnce());
        FakeTransfer transfer = await _source.NextTransferAsync();
        Pass(1);
        await _source.CalledAsync("StartPostCopy");
        for (int pass = 2; pass < 6; pass++)
        {
            int polls = _source.Calls.Count(call => call == "GetJob");
            Pass(pass);
            await _source.CalledAsync("GetJob", polls + 1);
        }

        transfer.Succeed(s_figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Equal("post-copy", Assert.Single(result.Actions).Action);
        Assert.DoesNotContain("AbortJob", _source.Calls);
    }

    [Fact]
    public async Task A_switch_to_post_copy_that_fails_is_recorded_and_the_next_step_follows()
    {
        _source.Fail("StartPostCopy");
        Task<MigrationResult> running = Start(PostCopyAtOnce());
        await _source.NextTransferAsync();
        Pass(1);
        await _source.CalledAsync("StartPostCopy");
        Pass(2);
        MigrationResult result = await running;
        Assert.Equal(["StartPostCopy failed", "abort"], result.Actions.Select(action => action.Action));
        Assert.Equal("MigrationNotConverging", result.ErrorId);
    }

    [Fact]
    public async Task The_schedules_steps_are_applied_and_recorded_up_to_giving_up()
    {
        Task<MigrationResult> running = Start();
        await _source.NextTransferAsync();
        foreach ((int pass, string call) in new[]
            {
                (2, "SetMaxDowntime 150 ms"), (3, "SetMaxDowntime 200 ms"), (4, "SetMaxDowntime 300 ms"), (5, "SetMaxDowntime 400 ms"),
                (7, "SetMaxDowntime 500 ms"), (8, "AbortJob"),
            })
        {
            Pass(pass);
            await _source.CalledAsync(call);
        }

        MigrationResult result = await running;
        Assert.Equal(
            ["2 downtime limit 150 ms", "3 downtime limit 200 ms", "4 downtime limit 300 ms", "5 downtime limit 400 ms", "7 downtime limit 500 ms", "8 abort"],
            result.Actions.Select(action => $"{action.Pass} {action.Action}"));
        Assert.All(result.Actions, action => Assert.Equal(Given.GiB(1), action.Remaining));
        Assert.All(result.Actions, action => Assert.Contains("policy MinimalDowntime", action.Reason, StringComparison.Ordinal));
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.Equal("MigrationNotConverging", result.ErrorId);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
    }

    [Fact]
    public async Task A_failed_poll_is_not_a_failed_migration()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.Fail("GetJob", times: 3);
        int polls = _source.Calls.Count(call => call == "GetJob");
        for (int i = 1; i <= 4; i++)
        {
            _source.Publish(new IterationStarted(1));
            await _source.CalledAsync("GetJob", polls + i);
        }

        transfer.Succeed(s_figures);
        Assert.Equal(MigrationOutcome.Succeeded, (await running).Outcome);
    }

    [Fact]
    public async Task Lost_events_are_not_a_failed_migration()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.LoseEvents();
        transfer.Succeed();
        Assert.Equal(MigrationOutcome.Succeeded, (await running).Outcome);
        Assert.Contains("SetIntent none", _destination.Calls);
    }

    [Fact]
    public async Task A_definition_that_libvirt_could_not_save_there_is_defined_there()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).MoveBut(HypervisorFault.MovedNotPersisted);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved), (result.Outcome, result.EndState));
        Assert.Equal(_source.Definitions[s_vm], _destination.Definitions[s_vm]);
        Assert.Contains("the VM moved, though libvirt said", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_cannot_be_defined_there_either_is_a_notice()
    {
        _destination.Fail("Define");
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).MoveBut(HypervisorFault.MovedNotPersisted);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Contains("would be gone when the VM stops", result.Notices[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unconfirmed_move_is_a_move()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).MoveBut(HypervisorFault.MovedUnconfirmed);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.DoesNotContain("Define", _destination.Calls);
        Assert.Single(result.Notices);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Autostart_is_set_again_on_the_destination_where_it_was_set(bool autostart)
    {
        _source.Definitions[s_vm] = _source.Definitions[s_vm] with { Autostart = autostart };
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Succeed(s_figures);
        await running;
        Assert.Equal(autostart, _destination.Calls.Contains("SetAutostart True"));
        Assert.DoesNotContain("SetAutostart False", _destination.Calls);
        Assert.DoesNotContain("Define", _destination.Calls);
    }

    [Fact]
    public async Task A_transient_VM_has_nothing_defined_on_the_destination()
    {
        _source.Definitions.Clear();
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).MoveBut(HypervisorFault.MovedNotPersisted);
        await running;
        Assert.DoesNotContain(_destination.Calls, call => call.StartsWith("Define", StringComparison.Ordinal) || call.StartsWith("SetAutostart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_memory_may_not_be_locked_it_is_tried_once_without_zero_copy()
    {
        MigrationPlan plan = Given.Plan(policy: BuiltInPolicies.VeryLarge);
        Task<MigrationResult> running = Start(plan);
        (await _source.NextTransferAsync()).Fail(HypervisorFault.MemoryLockRefused);
        FakeTransfer second = await _source.NextTransferAsync();
        Assert.Equal(plan.Transfer with { Techniques = plan.Transfer.Techniques & ~MigrationTechniques.ZeroCopy }, second.Settings);
        second.Succeed(s_figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.False(result.ZeroCopy);
        Assert.Equal(2, result.ParallelConnections);
        Assert.Equal("retry without zero-copy", Assert.Single(result.Actions).Action);
    }

    [Theory]
    [InlineData("VeryLarge", 2)]
    [InlineData("MinimalDowntime", 1)]
    public async Task It_is_not_tried_again_and_again(string policy, int attempts)
    {
        Task<MigrationResult> running = Start(Given.Plan(policy: BuiltInPolicies.Find(policy)));
        for (int i = 0; i < attempts; i++)
        {
            (await _source.NextTransferAsync()).Fail(HypervisorFault.MemoryLockRefused);
        }

        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, "MemoryLockRefused"), (result.Outcome, result.ErrorId));
        Assert.Equal(attempts, _source.Calls.Count(call => call == "Migrate"));
    }

    [Fact]
    public async Task A_migration_that_is_under_way_already_is_an_error_and_nothing_is_touched()
    {
        _source.Jobs[s_vm] = new() { Iteration = 1 };
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => Start());
        Assert.Equal("MigrationAlreadyRunning", error.ErrorId);
        Assert.Equal(["GetJob", "SaveDefinition"], _source.Calls.Order());
        Assert.Empty(_destination.Calls);
    }

    [Theory]
    [InlineData("SetIntent")]
    [InlineData("SetMaxDowntime")]
    public async Task A_preparation_that_fails_is_undone_and_no_transfer_starts(string step)
    {
        _source.Fail(step, HypervisorFault.AccessDenied);
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(() => Start());
        Assert.Equal(HypervisorFault.AccessDenied, error.Fault);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
        Assert.Empty(_source.Intents);
        Assert.DoesNotContain("Migrate", _source.Calls);
        Assert.True(Assert.Single(_source.Subscriptions).Disposed);
    }

    [Theory]
    [InlineData("SaveDefinition")]
    [InlineData("GetMaxDowntime")]
    [InlineData("GetJob")]
    [InlineData("Subscribe")]
    public async Task Where_what_must_be_restored_cannot_be_read_nothing_is_touched(string step)
    {
        _source.Fail(step, HypervisorFault.Timeout);
        await Assert.ThrowsAsync<HypervisorException>(() => Start());
        Assert.DoesNotContain(_source.Calls, call => call.StartsWith("Set", StringComparison.Ordinal) || call == "Migrate");
    }

    [Fact]
    public async Task Figures_that_nobody_told_are_null_and_never_zero()
    {
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Succeed();
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Null(result.Downtime);
        Assert.Null(result.TotalTime);
        Assert.Null(result.Sent);
        Assert.Null(result.Throughput);
        Assert.Null(result.Passes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Figures_that_the_event_did_not_bring_are_asked_of_both_hosts(bool onSource)
    {
        (onSource ? _source : _destination).Completed[s_vm] = s_figures;
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Succeed();
        Assert.Equal(TimeSpan.FromMilliseconds(42), (await running).Downtime);
    }

    [Fact]
    public async Task Figures_that_cannot_be_asked_for_do_not_spoil_a_success()
    {
        _source.Fail("GetCompletedJob", HypervisorFault.Unreachable);
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Succeed();
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Null(result.Downtime);
    }

    [Fact]
    public async Task A_VM_that_stayed_has_no_figures()
    {
        _source.Completed[s_vm] = s_figures;
        Task<MigrationResult> running = Start();
        (await _source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        Assert.Null((await running).Downtime);
    }

    [Fact]
    public async Task The_hypervisors_word_stands_for_a_destination_that_no_longer_answers()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.Says[s_vm] = _source.Absent();
        _destination.Says[s_vm] = VmObservation.NoAnswer("h2", "no route");
        transfer.Return();
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved), (result.Outcome, result.EndState));
        Assert.False(result.OnDestination.Answered);
    }

    [Fact]
    public async Task Where_the_hosts_do_not_settle_it_nothing_is_claimed_and_nothing_touched()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        int before = Changes(_source);
        _source.Says[s_vm] = _source.Absent();
        _destination.Says[s_vm] = VmObservation.NoAnswer("h2", "no route");
        _destination.OnCall = _ => _clock.Advance(TimeSpan.FromSeconds(10));
        transfer.Fail(HypervisorFault.Unreachable);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Unknown), (result.Outcome, result.EndState));
        Assert.Null(result.Host);
        Assert.Equal("HostUnreachable", result.ErrorId);
        Assert.Contains("cannot be said now", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Changes(_source));
        Assert.Equal(0, Changes(_destination));
    }

    [Theory]
    [InlineData(MigrationEndState.SplitPostCopy, "PostCopyBroken")]
    [InlineData(MigrationEndState.Nowhere, "VmNowhere")]
    [InlineData(MigrationEndState.OnBoth, "VmOnBothHosts")]
    public async Task A_VM_in_danger_is_named_so_and_never_touched(MigrationEndState state, string errorId)
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        int before = Changes(_source);
        (_source.Says[s_vm], _destination.Says[s_vm]) = state switch
        {
            MigrationEndState.SplitPostCopy => (_source.Paused(s_vm, VmStateReason.PostCopyFailed), _destination.Paused(s_vm, VmStateReason.PostCopyFailed)),
            MigrationEndState.Nowhere => (_source.Absent(), _destination.Absent()),
            _ => (_source.Running(s_vm), _destination.Running(s_vm)),
        };
        transfer.Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, state, errorId), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Null(result.Host);
        Assert.Contains("migrate failed: Internal", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Changes(_source));
        Assert.Equal(0, Changes(_destination));
    }

    [Fact]
    public async Task A_destination_that_dies_in_post_copy_has_taken_the_guest_with_it_in_so_many_words()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PostCopyFailed);
        _destination.Says[s_vm] = _destination.Running(s_vm) with { Active = false, State = VmPowerState.ShutOff, Reason = VmStateReason.Crashed };
        transfer.Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Nowhere, "PostCopyGuestLost"), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Contains("the guest is lost: h2's QEMU ended in post-copy", result.Error, StringComparison.Ordinal);
        Assert.StartsWith("Its definition is on h1 and h2. Find out why: /var/log/libvirt/qemu/db1.log on h2.", result.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error!);
    }

    [Fact]
    public async Task Post_copy_that_broke_is_one_line_with_the_way_to_resume_it()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        (_source.Says[s_vm], _destination.Says[s_vm]) = (_source.Paused(s_vm, VmStateReason.PostCopyFailed), _destination.Running(s_vm, VmStateReason.PostCopyFailed));
        transfer.Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal((MigrationEndState.SplitPostCopy, "PostCopyBroken"), (result.EndState, result.ErrorId));
        Assert.Contains("Touch neither", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error!);
        Assert.Equal("Touch neither half. See to the network between h1 and h2, then: Resume-VmMigration db1.", result.RecommendedAction);
    }

    [Fact]
    public async Task An_answer_that_is_not_final_is_asked_for_again()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.SayNext(s_vm, _source.Absent(), _source.Absent());
        _destination.SayNext(s_vm, _destination.Paused(s_vm, VmStateReason.Migration), _destination.Paused(s_vm, VmStateReason.StartingUp));
        transfer.Succeed(s_figures);
        Assert.Equal(MigrationEndState.Moved, (await running).EndState);
    }

    [Fact]
    public async Task Samples_are_reported_and_the_last_says_that_it_ended()
    {
        Task<MigrationResult> running = Start();
        FakeTransfer transfer = await _source.NextTransferAsync();
        _source.Jobs[s_vm] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), Iteration = 1, Throttle = 40 };
        _source.Publish(new IterationStarted(1));
        await _samples.UntilAsync(sample => sample.Percent == 75);
        _source.Jobs[s_vm] = _source.Jobs[s_vm] with { Throttle = 20, Iteration = 1, MemoryRemaining = new(0) };
        _source.Publish(new IterationStarted(1));
        await _samples.UntilAsync(sample => sample.Percent == 99);
        transfer.Succeed(s_figures);
        MigrationResult result = await running;
        MigrationSample last = await _samples.UntilAsync(sample => sample.Phase == MigrationPhase.Ended);
        Assert.Equal(100, last.Percent);
        Assert.Equal(40, result.MaxThrottle);
    }

    private static MigrationPlan PostCopyAtOnce() => Given.Plan(policy: BuiltInPolicies.PostCopy) with
    {
        Schedule = [new() { AfterPass = 0, Action = ConvergenceAction.StartPostCopy }, new() { Action = ConvergenceAction.Abort }],
    };

    private static int Changes(FakeHost host) => host.Calls.Count(call =>
        call.StartsWith("Set", StringComparison.Ordinal) || call is "Define" or "AbortJob" or "Migrate" or "StartPostCopy");

    private Task<MigrationResult> Start(MigrationPlan? plan = null) =>
        new MigrationRunner(_clock)
            .RunAsync(new(plan ?? Given.Plan(), _source, _destination, "alice@ops1"), _samples, _stop.Token)
            .WaitAsync(FakeHost.Patience);

    private void Pass(int pass)
    {
        _source.Jobs[s_vm] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), Iteration = pass };
        _source.Publish(new IterationStarted(pass));
    }

    private void SayPostCopy()
    {
        _source.Says[s_vm] = _source.Paused(s_vm, VmStateReason.PostCopy) with { JobRunning = true };
        _destination.Says[s_vm] = _destination.Running(s_vm, VmStateReason.RunningInPostCopy);
    }

    private sealed class Samples : IProgress<MigrationSample>
    {
        private readonly BlockingCollection<MigrationSample> _all = [];

        public void Report(MigrationSample value) => _all.Add(value);

        public Task<MigrationSample> UntilAsync(Func<MigrationSample, bool> condition) => Task.Run(() =>
        {
            using CancellationTokenSource patience = new(FakeHost.Patience);
            return _all.GetConsumingEnumerable(patience.Token).First(condition);
        });
    }
}
