using VirtMigration.Execution;
using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class StoppedVmMoverTests
{
    private static readonly VirtualMachine s_vm = Given.Vm() with { State = VmPowerState.ShutOff };

    private readonly FakeHost _h1 = new("h1");
    private readonly FakeHost _h2 = new("h2");
    private readonly StoppedVmMover _mover = new(TimeProvider.System) { Patience = TimeSpan.Zero, AskEvery = TimeSpan.Zero };

    public StoppedVmMoverTests()
    {
        _h1.With(s_vm.Uuid);
        _h1.Says[s_vm.Uuid] = Off("h1");
        _h1.Definitions[s_vm.Uuid] = new(s_vm.Uuid, "xml", Autostart: true);
    }

    [Fact]
    public async Task A_definition_moves_and_starts_with_its_new_host_again()
    {
        StoppedVmResult result = await MoveAsync();
        Assert.Equal((DefinitionEndState.Moved, "h2", null, true), (result.EndState, result.Host, result.ErrorId, result.Autostart));
        Assert.Empty(result.Notices);
        Assert.Contains("SetAutostart True", _h2.Calls);
        Assert.Contains("is on h2", result.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_autostart_gets_none()
    {
        _h1.Definitions[s_vm.Uuid] = new(s_vm.Uuid, "xml", Autostart: false);
        Assert.Equal(DefinitionEndState.Moved, (await MoveAsync()).EndState);
        Assert.DoesNotContain(_h2.Calls, call => call.StartsWith("SetAutostart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Autostart_that_could_not_be_set_is_said()
    {
        _h2.Fail("SetAutostart");
        StoppedVmResult result = await MoveAsync();
        Assert.Equal(DefinitionEndState.Moved, result.EndState);
        Assert.Contains("autostart could not be set on h2", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_must_not_be_moved_is_refused_before_anything_is_touched()
    {
        await RefusedAsync("VmIsRunning", () => _h1.Says[s_vm.Uuid] = _h1.Running(s_vm.Uuid));
        await RefusedAsync("VmNotFound", () => _h1.Says.TryRemove(s_vm.Uuid, out _));
        await RefusedAsync("HostUnreachable", () => _h1.Says[s_vm.Uuid] = VmObservation.NoAnswer("h1", "no route"));
        await RefusedAsync("HostUnreachable", () => _h2.Says[s_vm.Uuid] = VmObservation.NoAnswer("h2", "no route"));
        await RefusedAsync("DefinitionOnBoth", () => _h2.Says[s_vm.Uuid] = Off("h2"));
        await RefusedAsync("VmSaved", () => _h1.Definition = definition => definition with { ManagedSave = true });
        await RefusedAsync("VmHasSnapshots", () => _h1.Definition = definition => definition with { Snapshots = 2 });

        // Started after the first look.
        await RefusedAsync("VmIsRunning", () => _h1.SayNext(s_vm.Uuid, Off("h1"), _h1.Running(s_vm.Uuid)));
    }

    [Fact]
    public async Task A_refusal_of_the_hypervisor_leaves_it_where_it_was()
    {
        _h1.Fail("MigrateDefinition");
        StoppedVmResult result = await MoveAsync();
        Assert.Equal((DefinitionEndState.Stayed, "h1", "VmStateInvalid"), (result.EndState, result.Host, result.ErrorId));
        Assert.Contains("MigrateDefinition was refused", result.Error, StringComparison.Ordinal);
        Untouched();
    }

    [Fact]
    public async Task What_both_hosts_say_counts_more_than_what_the_call_said()
    {
        _h1.OnMigrateDefinition = (_, _) => { };
        StoppedVmResult stayed = await MoveAsync();
        Assert.Equal((DefinitionEndState.Stayed, "DefinitionStayed"), (stayed.EndState, stayed.ErrorId));

        _h1.OnMigrateDefinition = (vm, there) => there.Says[vm] = Off("h2");
        StoppedVmResult both = await MoveAsync();
        Assert.Equal((DefinitionEndState.OnBoth, null, "DefinitionOnBoth"), (both.EndState, both.Host, both.ErrorId));
        Assert.Contains("virsh -c qemu+ssh://me@h2/system undefine db1", both.RecommendedAction, StringComparison.Ordinal);
        Untouched();
    }

    [Fact]
    public async Task A_VM_that_was_started_in_that_moment_is_told_and_not_touched()
    {
        _h1.OnMigrateDefinition = (vm, there) =>
        {
            _h1.Says[vm] = _h1.Running(vm);
            there.Says[vm] = Off("h2");
        };
        StoppedVmResult result = await MoveAsync();
        Assert.Equal((DefinitionEndState.OnBoth, "DefinitionOnBoth"), (result.EndState, result.ErrorId));
        Assert.Contains("was started on h1 in that moment and runs there", result.Error, StringComparison.Ordinal);
        Assert.Contains("virsh -c qemu+ssh://me@h2/system undefine", result.RecommendedAction, StringComparison.Ordinal);
        Untouched();
    }

    [Fact]
    public async Task A_definition_that_is_nowhere_is_defined_again_where_it_was()
    {
        Lose();
        StoppedVmResult result = await MoveAsync();
        Assert.Equal((DefinitionEndState.Stayed, "h1", "DefinitionRestored"), (result.EndState, result.Host, result.ErrorId));
        Assert.Contains("defined again on h1", result.Error, StringComparison.Ordinal);
        Assert.Contains("SetAutostart True", _h1.Calls);
    }

    [Fact]
    public async Task Where_its_host_does_not_take_it_the_other_one_gets_it()
    {
        Lose();
        _h1.Fail("Define");
        StoppedVmResult result = await MoveAsync();
        Assert.Equal((DefinitionEndState.Moved, "h2", "DefinitionRestored"), (result.EndState, result.Host, result.ErrorId));

        _h1.With(s_vm.Uuid);
        _h1.Says[s_vm.Uuid] = Off("h1");
        _h2.Says.Clear();
        _h2.Definitions.Clear();
        _h1.Fail("Define");
        _h2.Fail("Define");
        StoppedVmResult lost = await MoveAsync();
        Assert.Equal((DefinitionEndState.Nowhere, "DefinitionLost"), (lost.EndState, lost.ErrorId));
    }

    [Fact]
    public async Task A_host_that_falls_silent_leaves_it_unknown_unless_the_call_said_that_it_moved()
    {
        _h1.OnMigrateDefinition = (vm, there) => there.Says[vm] = VmObservation.NoAnswer("h2", "no route");
        StoppedVmResult unknown = await MoveAsync();
        Assert.Equal((DefinitionEndState.Unknown, "DefinitionUnknown"), (unknown.EndState, unknown.ErrorId));
        Untouched();

        _h2.Says.TryRemove(s_vm.Uuid, out _);
        _h1.OnMigrateDefinition = (vm, there) =>
        {
            there.Says[vm] = Off("h2");
            _h1.Says[vm] = VmObservation.NoAnswer("h1", "no route");
        };
        Assert.Equal(DefinitionEndState.Moved, (await MoveAsync()).EndState);
    }

    private static VmObservation Off(string host) => new() { Host = host, Answered = true, Present = true, Persistent = true, State = VmPowerState.ShutOff };

    private Task<StoppedVmResult> MoveAsync() => _mover.MoveAsync(s_vm, _h1, _h2, CancellationToken.None);

    private void Lose()
    {
        _h1.OnMigrateDefinition = (vm, _) =>
        {
            _h1.Says.Clear();
            _h1.Definitions.Clear();
        };
        _h1.OnCall = call => Defined(_h1, "h1", call);
        _h2.OnCall = call => Defined(_h2, "h2", call);
    }

    private static void Defined(FakeHost host, string name, string call)
    {
        if (call == "Define" && host.Definitions.ContainsKey(s_vm.Uuid))
        {
            host.Says[s_vm.Uuid] = Off(name);
        }
    }

    private void Untouched()
    {
        foreach (FakeHost host in (FakeHost[])[_h1, _h2])
        {
            Assert.DoesNotContain(host.Calls, call => call.StartsWith("Define", StringComparison.Ordinal) || call.StartsWith("SetAutostart", StringComparison.Ordinal));
        }
    }

    private async Task RefusedAsync(string errorId, Action given)
    {
        given();
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(MoveAsync);
        Assert.Equal((errorId, "db1"), (error.ErrorId, error.Target));
        Assert.DoesNotContain("MigrateDefinition", _h1.Calls);
        _h1.Says[s_vm.Uuid] = Off("h1");
        _h2.Says.TryRemove(s_vm.Uuid, out _);
        _h1.Definition = definition => definition;
    }
}
