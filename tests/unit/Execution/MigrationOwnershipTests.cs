using VirtMigration.Execution;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MigrationOwnershipTests
{
    private const int Alive = 4711;

    private static readonly Guid s_vm = Given.Id(101);
    private static readonly LeaseRequest s_wanted = new(s_vm, "db1", "bob@ops2", "Night");

    private readonly FakeLeases _leases = new();
    private readonly FakeShells _shells = new() { Alive = { Alive } };
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task A_migration_in_the_hands_of_a_live_shell_is_refused_with_its_name()
    {
        Holds(Alive);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(TakeAsync);
        Assert.Equal(("MigrationHeld", "db1"), (error.ErrorId, error.Target));
        Assert.Contains($"alice@ops1, process {Alive} on {Environment.MachineName}, since 2026-01-01 12:00:00 UTC, with policy Day", error.Message, StringComparison.Ordinal);
        Assert.Contains("Watch-VmMigration db1", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_shell_is_gone_is_free_at_once()
    {
        Holds(1);
        await using HeldLease held = await TakeAsync();
        Assert.Equal("bob@ops2", _leases.Held[s_vm].Operator);
        Assert.Empty(held.Notices);
    }

    [Fact]
    public async Task One_of_another_machine_is_free_when_it_is_not_renewed_while_it_is_looked_at()
    {
        Holds(Alive, "elsewhere");
        Task<HeldLease> taking = TakeAsync();
        Assert.NotSame(taking, await Task.WhenAny(taking, Task.Delay(TimeSpan.FromMilliseconds(100))));
        _clock.Advance(TimeSpan.FromSeconds(20));
        await using HeldLease held = await taking.WaitAsync(FakeHost.Patience);
        Assert.Equal("bob@ops2", _leases.Held[s_vm].Operator);
    }

    [Fact]
    public async Task One_of_another_machine_that_is_renewed_meanwhile_is_refused()
    {
        MigrationLease other = Holds(Alive, "elsewhere");
        Task<HeldLease> taking = TakeAsync();
        _leases.Held[s_vm] = other with { Renewal = 1 };
        Assert.Equal("MigrationHeld", (await Assert.ThrowsAsync<VirtMigrationException>(() => taking.WaitAsync(FakeHost.Patience))).ErrorId);
    }

    // Between the last look and the taking.
    [Fact]
    public async Task One_that_is_renewed_in_the_last_moment_is_refused()
    {
        MigrationLease other = Holds(Alive, "elsewhere");
        _leases.OnReplace = () => _leases.Held[s_vm] = other with { Renewal = 1 };
        Task<HeldLease> taking = TakeAsync();
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("MigrationHeld", (await Assert.ThrowsAsync<VirtMigrationException>(() => taking.WaitAsync(FakeHost.Patience))).ErrorId);
    }

    [Fact]
    public async Task Of_many_who_take_it_at_once_one_has_it()
    {
        Task<HeldLease>[] taking = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(TakeAsync))];
        await Task.WhenAll(taking.Select(one => one.ContinueWith(_ => { }, TaskScheduler.Default)));
        HeldLease held = await Assert.Single(taking, one => one.IsCompletedSuccessfully);
        Assert.All(taking.Where(one => one.IsFaulted), one => Assert.Equal("MigrationHeld", ((VirtMigrationException)one.Exception!.InnerException!).ErrorId));
        await held.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_fails_keeps_nothing_from_starting_and_is_a_notice()
    {
        _leases.WriteFailure = FakeLeases.DiskFull;
        await using HeldLease held = await TakeAsync();
        Assert.True(await held.IsMineAsync());
        Assert.Contains("nobody else is kept from steering", Assert.Single(held.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_recovers_has_the_hold_then()
    {
        _leases.WriteFailure = FakeLeases.DiskFull;
        await using HeldLease held = await TakeAsync();
        _leases.WriteFailure = null;
        await HoldsAsync(() => _leases.Held.ContainsKey(s_vm));
        await held.DisposeAsync();
        Assert.Empty(_leases.Held);
    }

    [Fact]
    public async Task It_is_renewed_as_long_as_it_is_held_and_gone_when_it_is_let_go_of()
    {
        HeldLease held = await TakeAsync();
        await HoldsAsync(() => _leases.Held[s_vm].Renewal >= 3);
        await held.DisposeAsync();
        await held.DisposeAsync();
        Assert.Empty(_leases.Held);
    }

    [Fact]
    public async Task Found_in_other_hands_it_is_not_taken_back()
    {
        HeldLease held = await TakeAsync();
        MigrationLease other = Holds(Alive);
        await HoldsAsync(() => held.TakenBy is not null);
        Assert.False(await held.IsMineAsync());
        Assert.True(await held.IsAnothersAsync());
        await held.DisposeAsync();
        Assert.Equal(other, _leases.Held[s_vm]);
        Assert.False(_leases.Held.TryRemove(s_vm, out _) && await held.IsAnothersAsync());
    }

    [Fact]
    public async Task Before_a_step_it_is_asked_and_not_only_when_it_is_renewed()
    {
        await using HeldLease held = await TakeAsync(TimeSpan.FromHours(1));
        Assert.True(await held.IsMineAsync());
        Holds(Alive);
        Assert.False(await held.IsMineAsync());
    }

    [Fact]
    public async Task One_that_was_removed_by_hand_is_taken_again()
    {
        await using HeldLease held = await TakeAsync();
        _leases.Held.Clear();
        await HoldsAsync(() => _leases.Held.TryGetValue(s_vm, out MigrationLease? there) && there.Operator == "bob@ops2");
        Assert.Null(held.TakenBy);
    }

    [Fact]
    public async Task Trouble_with_the_store_is_told_once()
    {
        await using HeldLease held = await TakeAsync();
        int tries = 0;
        _leases.OnReplace = () => Interlocked.Increment(ref tries);
        _leases.WriteFailure = FakeLeases.DiskFull;
        await HoldsAsync(() => Volatile.Read(ref tries) >= 4);
        Assert.Contains("might have taken over", Assert.Single(held.Notices), StringComparison.Ordinal);
    }

    private MigrationLease Holds(int process, string? machine = null) => _leases.Held[s_vm] = new()
    {
        Vm = s_vm,
        VmName = "db1",
        Id = Guid.NewGuid(),
        Operator = "alice@ops1",
        Shell = new(machine ?? Environment.MachineName, process, "mark"),
        Policy = "Day",
        TakenAt = _clock.GetUtcNow(),
    };

    private Task<HeldLease> TakeAsync() => TakeAsync(TimeSpan.FromMilliseconds(10));

    private Task<HeldLease> TakeAsync(TimeSpan renewal) => new MigrationOwnership(_leases, _shells, _clock)
    {
        RenewalInterval = renewal,
        LookEvery = TimeSpan.FromMilliseconds(10),
    }.TakeAsync(s_wanted, default);

    private static async Task HoldsAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(FakeHost.Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
