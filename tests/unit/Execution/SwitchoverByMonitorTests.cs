using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class SwitchoverByMonitorTests : IDisposable
{
    private const string Told = "SetSwitchoverBandwidth 1 Gbps";
    private const string Cleared = "SetSwitchoverBandwidth none";

    private readonly RunnerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task It_is_told_on_the_source_before_the_transfer_and_said_to_taint()
    {
        Task<MigrationResult> running = _world.StartAsync(ByMonitor());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        Assert.Contains(Told, _world.Source.Calls.TakeWhile(call => call != "Migrate"));
        transfer.Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Contains("tainted", Assert.Single(result.Notices), StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Destination.Calls, call => call.StartsWith("SetSwitchover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_not_cleared_on_a_source_that_has_the_VM_no_more()
    {
        Task<MigrationResult> running = _world.StartAsync(ByMonitor());
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        await running;
        Assert.DoesNotContain(Cleared, _world.Source.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_cleared_where_the_VM_stayed(bool stopped)
    {
        Task<MigrationResult> running = _world.StartAsync(ByMonitor());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        if (stopped)
        {
            await _world.Stop.CancelAsync();
        }
        else
        {
            transfer.Fail(HypervisorFault.Internal);
        }

        Assert.Equal(MigrationEndState.Stayed, (await running).EndState);
        Assert.Null(_world.Source.Switchovers[RunnerWorld.Vm]);
        Assert.Equal([Told, Cleared], _world.Source.Calls.Where(call => call.StartsWith("SetSwitchover", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_it_cannot_be_told_the_migration_proceeds_and_says_so()
    {
        _world.Source.Fail("SetSwitchoverBandwidth", HypervisorFault.NotSupported);
        Task<MigrationResult> running = _world.StartAsync(ByMonitor());
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal(MigrationOutcome.Succeeded, result.Outcome);
        Assert.Contains("could not be told", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_cleared_is_a_notice()
    {
        Task<MigrationResult> running = _world.StartAsync(ByMonitor());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        _world.Source.Fail("SetSwitchoverBandwidth");
        transfer.Fail(HypervisorFault.Internal);
        Assert.Contains((await running).Notices, notice => notice.Contains("could not be cleared", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_one_the_monitor_is_left_alone()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan());
        (await _world.Source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        await running;
        Assert.DoesNotContain(_world.Source.Calls, call => call.StartsWith("SetSwitchover", StringComparison.Ordinal));
    }

    private static MigrationPlan ByMonitor() => Given.Plan() with { MonitorSwitchoverBandwidth = Bandwidth.Parse("1Gbps") };
}
