using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class OwnedRunTests : IDisposable
{
    private const int Alive = 4711;

    private readonly RunnerWorld _world = new();
    private readonly FakeLeases _leases = new();
    private readonly FakeHistory _history = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_VM_in_the_hands_of_a_live_shell_is_not_touched()
    {
        _leases.Held[RunnerWorld.Vm] = Another();
        Assert.Equal("MigrationHeld", (await Assert.ThrowsAsync<VirtMigrationException>(StartAsync)).ErrorId);
        Assert.Empty(_world.Source.Calls);
        Assert.Equal("carol@ops3", _leases.Held[RunnerWorld.Vm].Operator);
    }

    [Fact]
    public async Task It_is_held_before_anything_is_touched_and_let_go_of_at_the_end()
    {
        bool held = false;
        _world.Source.OnCall = call => held |= call == "GetJob" && _leases.Held.ContainsKey(RunnerWorld.Vm);
        Task<MigrationResult> running = StartAsync();
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.True(held);
        Assert.Empty(_leases.Held);
        Assert.Empty(result.Notices);
    }

    [Fact]
    public async Task It_is_let_go_of_where_the_VM_could_not_be_prepared()
    {
        _world.Source.Fail("SetIntent");
        await Assert.ThrowsAsync<HypervisorException>(StartAsync);
        Assert.Empty(_leases.Held);
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_a_notice_and_the_VM_moves()
    {
        _leases.WriteFailure = FakeLeases.DiskFull;
        Task<MigrationResult> running = StartAsync();
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Contains("nobody else is kept from steering", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taken_over_by_another_shell_it_only_observes_and_a_stop_aborts_nothing()
    {
        Task<MigrationResult> running = StartAsync();
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1);
        _leases.Held[RunnerWorld.Vm] = Another();
        await _world.PassAsync(2);
        await _world.PassAsync(3);
        _world.Source.Says[RunnerWorld.Vm] = _world.Source.Running(RunnerWorld.Vm) with { JobRunning = true };
        await _world.Stop.CancelAsync();
        MigrationResult result = await running;
        transfer.Return();
        Assert.Equal(MigrationOutcome.Detached, result.Outcome);
        Assert.Equal(["steering ended", "stop requested", "detached"], result.Actions.Select(action => action.Action));
        Assert.DoesNotContain("AbortJob", _world.Source.Calls);
        Assert.True(_world.Source.Intents.ContainsKey(RunnerWorld.Vm));
        Assert.Equal("carol@ops3", _leases.Held[RunnerWorld.Vm].Operator);
        Assert.Empty(_history.Records);
    }

    // By polls alone twenty looks would take five seconds.
    [Fact]
    public async Task A_new_pass_is_looked_at_when_it_begins()
    {
        Task<MigrationResult> running = StartAsync();
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1);
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int look = 0; look < 20; look++)
        {
            int looks = _world.Source.Calls.Count(call => call == "GetJob");
            _world.Source.Publish(new IterationStarted(1));
            await _world.Source.CalledAsync("GetJob", looks + 1);
        }

        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 3);
        transfer.Succeed(RunnerWorld.Figures);
        await running;
    }

    private static MigrationLease Another() => new()
    {
        Vm = RunnerWorld.Vm,
        VmName = "db1",
        Id = Guid.NewGuid(),
        Operator = "carol@ops3",
        Shell = new(Environment.MachineName, Alive, "mark"),
        Policy = "Night",
        TakenAt = DateTimeOffset.UnixEpoch,
        TakenOverFrom = "alice@ops1",
    };

    private Task<MigrationResult> StartAsync()
    {
        MigrationOwnership ownership = new(_leases, new FakeShells { Alive = { Alive } }, _world.Clock) { RenewalInterval = TimeSpan.FromMilliseconds(10) };
        return new MigrationRunner(_world.Clock, _history, ownership)
            .RunAsync(new(RunnerWorld.PlanOf("pass 2: downtime 5s", "then: abort"), _world.Source, _world.Destination, "alice@ops1"), null, _world.Stop.Token)
            .WaitAsync(FakeHost.Patience);
    }
}
