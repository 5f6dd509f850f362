using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MeasuredTests : IDisposable
{
    private readonly RunnerWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_was_seen_stands_beside_what_was_asked_and_planned()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.VeryLarge)
            .Asking(it => it with { Bandwidth = Bandwidth.Parse("40Gbps") })
            .InCluster(it => it with { ParallelConnections = ParallelChoice.Auto })
            .Planned();
        Task<MigrationResult> running = _world.StartAsync(plan);
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1, it => it with { MemoryRate = Bandwidth.Parse("8Gbps") });
        await _world.PassAsync(1, it => it with { MemoryRate = Bandwidth.Parse("9.5Gbps") });
        await _world.PassAsync(1, it => it with { MemoryRate = Bandwidth.Parse("3Gbps") });
        await _world.PassAsync(1, it => it with { MemoryRate = null });
        transfer.Succeed(RunnerWorld.Figures);
        MigrationResult result = await running;
        Assert.Equal(
            [
                "ParallelConnections: asked Auto, planned 2, seen 2",
                "Bandwidth: asked 40 Gbps, planned 10 Gbps, seen at most 9.5 Gbps, on average 8.59 Gbps",
                "InitialDowntime: asked 300 ms, planned 300 ms, seen 42 ms",
            ],
            result.Measured.Select(one => one.ToString()));
    }

    [Fact]
    public async Task A_plain_migration_is_seen_over_one_connection()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan());
        (await _world.Source.NextTransferAsync()).Succeed(RunnerWorld.Figures);
        Assert.Equal("ParallelConnections: asked Disabled, planned Disabled, seen 1", (await running).Measured[0].ToString());
    }

    [Fact]
    public async Task Where_nothing_flowed_nothing_is_claimed()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan(policy: BuiltInPolicies.VeryLarge));
        (await _world.Source.NextTransferAsync()).Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal(["ParallelConnections", "Bandwidth", "InitialDowntime"], result.Measured.Select(one => one.Setting));
        Assert.All(result.Measured, one => Assert.Null(one.Seen));
        Assert.All(result.Measured, one => Assert.EndsWith("seen not known", one.ToString(), StringComparison.Ordinal));
    }

    // A VM that stayed has no final figures, but what its memory did was seen.
    [Fact]
    public async Task What_was_seen_of_a_migration_that_failed_is_kept()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan(policy: BuiltInPolicies.VeryLarge));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1, it => it with { MemoryRate = Bandwidth.Parse("8Gbps") });
        transfer.Fail(HypervisorFault.Internal);
        MigrationResult result = await running;
        Assert.Equal(("2", "at most 8 Gbps", null), (result.Measured[0].Seen, result.Measured[1].Seen, result.Measured[2].Seen));
    }

    [Fact]
    public async Task A_limit_that_was_raised_is_said_beside_the_downtime()
    {
        Task<MigrationResult> running = _world.StartAsync(RunnerWorld.PlanOf("pass 2: downtime 900ms", "then: abort"));
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(2);
        transfer.Succeed(RunnerWorld.Figures);
        Assert.Equal("42 ms (limit raised to 900 ms)", (await running).Measured[2].Seen);
    }

    [Fact]
    public async Task Where_it_was_retried_without_zero_copy_the_connections_are_those_that_were_used()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan(policy: BuiltInPolicies.VeryLarge));
        (await _world.Source.NextTransferAsync()).Fail(HypervisorFault.MemoryLockRefused);
        FakeTransfer second = await _world.Source.NextTransferAsync();
        Assert.False(second.Settings.Uses(MigrationTechniques.ZeroCopy));
        second.Succeed(RunnerWorld.Figures);
        Assert.Equal("2", (await running).Measured[0].Seen);
    }

    [Fact]
    public async Task Figures_that_nobody_told_are_not_known()
    {
        Task<MigrationResult> running = _world.StartAsync(Given.Plan());
        FakeTransfer transfer = await _world.Source.NextTransferAsync();
        await _world.PassAsync(1, it => it with { MemoryProcessed = new(0) });
        transfer.Succeed(new MigrationCounters());
        Assert.All((await running).Measured, one => Assert.Null(one.Seen));
    }
}
