using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationStopperTests : IDisposable
{
    private static readonly Guid s_vm = Given.Id(101);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _source = new FakeHost("h1").With(s_vm);
    private readonly FakeHost _destination = new("h2");
    private readonly MigrationStopper _stopper;

    public MigrationStopperTests()
    {
        HostRegistry registry = new(new ClusterFile(_folder.Path));
        registry.Register(Given.Registration("h1"), replace: false);
        registry.Register(Given.Registration("h2"), replace: false);
        _stopper = new(new FakeHypervisor(_source, _destination), registry);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_VM_that_stays_gets_its_downtime_limit_back_and_loses_the_record_of_a_shell_that_is_gone()
    {
        Intends(TimeSpan.FromMilliseconds(300));
        _source.Downtimes[s_vm] = TimeSpan.FromSeconds(5);
        StoppedMigration stopped = await StopAsync();
        Assert.Equal(MigrationEndState.Stayed, stopped.EndState);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _source.Downtimes[s_vm]);
        Assert.Empty(_source.Intents);
        Assert.True(Index("GetIntent") < Index("AbortJob") && Index("AbortJob") < Index("SetMaxDowntime 300 ms"), string.Join(", ", _source.Calls));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_downtime_limit_that_nobody_wrote_down_is_left_alone(bool intends)
    {
        if (intends)
        {
            Intends(null);
        }

        Assert.Equal(MigrationEndState.Stayed, (await StopAsync()).EndState);
        Assert.Equal(TimeSpan.FromMilliseconds(777), _source.Downtimes[s_vm]);
        Assert.DoesNotContain(_source.Calls, call => call.StartsWith("SetMaxDowntime", StringComparison.Ordinal));
        Assert.Contains("SetIntent none", _source.Calls);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_does_not_keep_it_from_being_stopped()
    {
        Intends(TimeSpan.FromMilliseconds(300));
        _source.Fail("GetIntent");
        Assert.Equal(MigrationEndState.Stayed, (await StopAsync()).EndState);
        Assert.Contains("AbortJob", _source.Calls);
    }

    [Fact]
    public async Task What_cannot_be_put_back_does_not_make_it_any_less_stopped()
    {
        Intends(TimeSpan.FromMilliseconds(300));
        _source.Fail("SetMaxDowntime");
        Assert.Equal(MigrationEndState.Stayed, (await StopAsync()).EndState);
    }

    [Fact]
    public async Task A_VM_that_moved_all_the_same_is_not_touched()
    {
        Intends(TimeSpan.FromMilliseconds(300));
        _source.SayNext(s_vm, _source.Running(s_vm) with { JobRunning = true });
        _source.Says[s_vm] = _source.Absent();
        _destination.Says[s_vm] = _destination.Running(s_vm, VmStateReason.Migrated);
        Assert.Equal(MigrationEndState.Moved, (await StopAsync()).EndState);
        Assert.DoesNotContain(_source.Calls.Concat(_destination.Calls), call => call.StartsWith("Set", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(MigrationPhase.PostCopy, VmStateReason.Other)]
    [InlineData(MigrationPhase.PreCopy, VmStateReason.PostCopy)]
    [InlineData(MigrationPhase.PreCopy, VmStateReason.PostCopyFailed)]
    public async Task In_post_copy_it_is_not_stopped_and_nothing_is_touched(MigrationPhase phase, VmStateReason reason)
    {
        Intends(TimeSpan.FromMilliseconds(300));
        _source.Says[s_vm] = _source.Paused(s_vm, reason);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => StopAsync(phase));
        Assert.Equal("PostCopyCannotBeStopped", error.ErrorId);
        Assert.DoesNotContain(_source.Calls, call => call == "AbortJob" || call.StartsWith("Set", StringComparison.Ordinal));
        Assert.Single(_source.Intents);
    }

    private int Index(string call) => _source.Calls.ToList().IndexOf(call);

    private void Intends(TimeSpan? downtimeBefore) =>
        _source.Intents[s_vm] = new("alice@ops1", "elsewhere", 1, "Night", "h2", new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), downtimeBefore);

    private Task<StoppedMigration> StopAsync(MigrationPhase phase = MigrationPhase.PreCopy) => _stopper
        .StopAsync(new() { VM = "db1", Uuid = s_vm, Source = "h1", Destination = "h2", Phase = phase, Controller = "nobody" }, default)
        .WaitAsync(FakeHost.Patience);
}
