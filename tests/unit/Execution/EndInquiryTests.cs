using VirtMigration.Execution;
using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class EndInquiryTests : IDisposable
{
    private readonly RunnerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_source_whose_daemon_comes_back_is_waited_for()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Source.SayNext(RunnerWorld.Vm, Silent("h1"), Silent("h1"));
        transfer.Fail(HypervisorFault.Unreachable);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed, "h1"), (result.Outcome, result.EndState, result.Host));
        Assert.Contains("VM 'db1' is on h1", result.Error, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _world.Source.Downtimes[RunnerWorld.Vm]);
        Assert.Empty(_world.Source.Intents);
    }

    [Fact]
    public async Task A_destination_whose_daemon_comes_back_is_waited_for_where_only_it_can_tell()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Destination.SayNext(RunnerWorld.Vm, Silent("h2"), Silent("h2"));
        transfer.MoveBut(HypervisorFault.Unreachable);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, "h2"), (result.Outcome, result.EndState, result.Host));
    }

    [Theory]
    [InlineData(false, 30, 40)]
    [InlineData(true, 5, 10)]
    public async Task Waiting_ends_and_then_the_result_says_whom_to_ask(bool stopped, int atLeast, int below)
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        DateTimeOffset before = _world.Clock.GetUtcNow();
        _world.Source.Says[RunnerWorld.Vm] = Silent("h1");
        _world.Source.OnCall = call =>
        {
            if (call == "Observe")
            {
                _world.Clock.Advance(TimeSpan.FromSeconds(4));
                if (stopped)
                {
                    _world.Stop.Cancel();
                }
            }
        };
        transfer.Fail(HypervisorFault.Unreachable);
        MigrationResult result = await running;
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Unknown, null), (result.Outcome, result.EndState, result.Host));
        Assert.Equal("See to it that both hosts answer, then ask: Get-VmMigration and Get-VM db1.", result.RecommendedAction);
        Assert.InRange((_world.Clock.GetUtcNow() - before).TotalSeconds, atLeast, below);
        Assert.Equal(TimeSpan.FromMilliseconds(100), _world.Source.Downtimes[RunnerWorld.Vm]);
    }

    [Fact]
    public async Task Where_one_answer_is_enough_the_other_host_is_not_waited_for()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Destination.Says[RunnerWorld.Vm] = Silent("h2");
        transfer.Fail(HypervisorFault.Unreachable);
        MigrationResult result = await running;
        Assert.Equal(MigrationEndState.Stayed, result.EndState);
        Assert.Equal("Observe", Assert.Single(_world.Destination.Calls));
    }

    private static VmObservation Silent(string host) => VmObservation.NoAnswer(host, "no route");
}
