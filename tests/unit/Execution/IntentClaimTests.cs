using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Several operators and one VM.</summary>
public sealed class IntentClaimTests : IDisposable
{
    private static readonly MigrationCounters s_job = new() { Iteration = 1 };

    private readonly RunnerWorld _world = new();

    private MigrationIntent Bobs => new("bob@ops2", "ops2", 4711, "Other", "h3", _world.Clock.GetUtcNow(), TimeSpan.FromMilliseconds(321));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Who_is_about_to_start_is_left_alone()
    {
        _world.Source.Intents[RunnerWorld.Vm] = Bobs;
        int looks = 0;
        _world.Source.OnCall = call =>
        {
            if (call == "GetIntent" && ++looks == 2)
            {
                _world.Source.Jobs[RunnerWorld.Vm] = s_job;
            }
        };
        await IsRefusedAsync();
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("Set", StringComparison.Ordinal));
        Assert.Equal(Bobs, _world.Source.Intents[RunnerWorld.Vm]);
    }

    [Fact]
    public async Task Who_wrote_last_has_it_and_the_other_touches_nothing()
    {
        _world.Source.OnCall = call =>
        {
            if (call == "SetIntent")
            {
                _world.Source.Intents[RunnerWorld.Vm] = Bobs;
            }
        };
        await IsRefusedAsync();
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("SetMaxDowntime", StringComparison.Ordinal));
        Assert.Equal(Bobs, _world.Source.Intents[RunnerWorld.Vm]);
    }

    [Fact]
    public async Task A_job_that_began_during_the_contest_is_left_alone()
    {
        _world.Source.OnCall = call =>
        {
            if (call == "SetIntent")
            {
                _world.Source.Jobs[RunnerWorld.Vm] = s_job;
            }
        };
        await IsRefusedAsync();
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("SetMaxDowntime", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_cannot_be_written_because_of_a_job_is_the_same()
    {
        _world.Source.Fail("SetIntent");
        _world.Source.OnCall = call =>
        {
            if (call == "SetIntent")
            {
                _world.Source.Jobs[RunnerWorld.Vm] = s_job;
            }
        };
        await IsRefusedAsync();
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("SetMaxDowntime", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transfer_that_is_refused_because_another_runs_is_theirs(bool ours)
    {
        _world.Source.Fail("Migrate");
        _world.Source.OnCall = call =>
        {
            if (call == "Migrate")
            {
                _world.Source.Jobs[RunnerWorld.Vm] = s_job;
                if (ours)
                {
                    _world.Source.Intents[RunnerWorld.Vm] = Bobs;
                }
            }
        };
        await IsRefusedAsync();

        // virsh's user has not set a limit, and gets his own back; one of ours has.
        Assert.Equal(ours ? 1 : 2, _world.Source.Calls.Count(call => call.StartsWith("SetMaxDowntime", StringComparison.Ordinal)));
        Assert.True(Assert.Single(_world.Source.Subscriptions).Disposed);
    }

    [Fact]
    public async Task A_refusal_without_anothers_job_is_the_runs_own_failure()
    {
        _world.Source.Fail("Migrate");
        MigrationResult result = await _world.StartAsync(RunnerWorld.PlanOf());
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "VmStateInvalid"), (result.Outcome, result.EndState, result.ErrorId));
        Assert.Empty(_world.Source.Intents);
    }

    [Fact]
    public async Task A_record_that_another_run_took_away_at_its_end_is_written_again()
    {
        int written = 0;
        _world.Source.OnCall = call =>
        {
            if (call == "SetIntent" && ++written == 1)
            {
                _world.Source.Intents.TryRemove(RunnerWorld.Vm, out _);
            }
        };
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        Assert.Equal((2, "alice@ops1"), (written, _world.Source.Intents[RunnerWorld.Vm].Operator));
        transfer.Succeed();
        await running;
    }

    [Fact]
    public async Task Anothers_record_is_left_at_the_end()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Source.Intents[RunnerWorld.Vm] = Bobs;
        transfer.Fail(HypervisorFault.Internal);
        Assert.Equal(MigrationEndState.Stayed, (await running).EndState);
        Assert.Equal(Bobs, _world.Source.Intents[RunnerWorld.Vm]);
    }

    [Theory]
    [InlineData("h3", 321)]

    // It arrived: the QEMU here has never had the limit from before.
    [InlineData("h1", 777)]
    public async Task What_a_killed_shell_left_is_put_right_by_the_next_run(string wentTo, int downtime)
    {
        _world.Source.Intents[RunnerWorld.Vm] = Bobs with { Destination = wentTo, StartedAt = Bobs.StartedAt.AddMinutes(-10) };
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        (await _world.Source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        await running;
        Assert.Equal(TimeSpan.FromMilliseconds(downtime), _world.Source.Downtimes[RunnerWorld.Vm]);
        Assert.Empty(_world.Source.Intents);
    }

    [Fact]
    public async Task A_fresh_record_whose_shell_was_killed_holds_nobody_up_for_long()
    {
        _world.Source.Intents[RunnerWorld.Vm] = Bobs;
        _world.Source.OnCall = call => _world.Clock.Advance(TimeSpan.FromMilliseconds(call == "GetIntent" ? 400 : 0));
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        (await _world.Source.NextTransferAsync()).Succeed();
        Assert.Equal(MigrationEndState.Moved, (await running).EndState);
    }

    private async Task IsRefusedAsync()
    {
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => _world.StartAsync(RunnerWorld.PlanOf()));
        Assert.Equal("MigrationAlreadyRunning", error.ErrorId);
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        Assert.DoesNotContain("SetIntent none", _world.Source.Calls);
    }
}
