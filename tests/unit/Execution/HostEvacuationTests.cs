using VirtMigration.Evacuation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class HostEvacuationTests : IDisposable
{
    private readonly EvacuationWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Every_VM_leaves_and_the_host_is_in_maintenance()
    {
        _world.With(1).With(2).With(3).With(4);
        EvacuationEnd end = await _world.EmptyAsync(request => request with { Reason = "new memory" });
        Assert.Empty(_world.H1.Vms);
        Assert.All(_world.Results, vm => Assert.Equal((EvacuationOutcome.Moved, 1, "h1"), (vm.Outcome, vm.Attempts, vm.Source)));
        Assert.Equal(["vm1", "vm2", "vm3", "vm4"], _world.Results.Select(vm => vm.VM).Order());
        Assert.All(_world.Results, vm => Assert.Equal(vm.Host, _world.Hosts.Single(host => host.Vms.Any(one => one.Uuid == vm.Uuid)).Registration.Name));
        Assert.Equal((HostMaintenanceState.InMaintenance, "alice@ops1", "new memory"), (end.Maintenance.State, end.Maintenance.Operator, end.Maintenance.Reason));
        Assert.Equal(["vm1", "vm2", "vm3", "vm4"], end.Maintenance.Moved.Select(vm => vm.VM).Order());
        Assert.Equal((4, 4, 100), (_world.Progress.Last().Vms, _world.Progress.Last().Moved, _world.Progress.Last().Percent));
    }

    [Fact]
    public async Task A_host_that_is_being_emptied_takes_no_VM_and_its_record_shows_the_plan_that_runs()
    {
        _world.With(1);
        HostMaintenance? meanwhile = null;
        _world.End = (_, _) =>
        {
            meanwhile = _world.Maintenance;
            return Task.FromResult<HypervisorFault?>(null);
        };
        await _world.EmptyAsync();
        Assert.True(meanwhile!.Closed());
        Assert.Equal(HostMaintenanceState.Evacuating, meanwhile.State);
        Assert.Equal("vm1", Assert.Single(meanwhile.Plan!.Moves).VM);
    }

    [Fact]
    public async Task One_that_fails_on_a_host_is_tried_on_another()
    {
        _world.With(1);
        string? first = null;
        _world.End = (_, to) => Task.FromResult<HypervisorFault?>((first ??= to) == to ? HypervisorFault.Internal : null);
        await _world.EmptyAsync();
        EvacuatedVm vm = _world.Result(1);
        Assert.Equal((EvacuationOutcome.Moved, 2), (vm.Outcome, vm.Attempts));
        Assert.NotEqual(first, vm.Host);
        Assert.StartsWith($"{first}: ", vm.FailedAttempts, StringComparison.Ordinal);
        Assert.Contains("again vm1", _world.Told);
    }

    [Fact]
    public async Task One_that_fails_three_times_is_left_with_every_reason_and_the_others_go()
    {
        _world.With(1).With(2).With(3);
        _world.End = (vm, _) => Task.FromResult<HypervisorFault?>(vm == "vm2" ? HypervisorFault.Internal : null);
        EvacuationEnd end = await _world.EmptyAsync();
        EvacuatedVm vm = _world.Result(2);
        Assert.Equal((EvacuationOutcome.Left, 3, "h1"), (vm.Outcome, vm.Attempts, vm.Host));
        Assert.Equal(3, _world.Transfers.Count(one => one.StartsWith("vm2>", StringComparison.Ordinal)));
        Assert.Contains("h2: ", vm.FailedAttempts, StringComparison.Ordinal);
        Assert.Contains("h3: ", vm.FailedAttempts, StringComparison.Ordinal);
        Assert.Equal(2, _world.Results.Count(one => one.Outcome == EvacuationOutcome.Moved));
        Assert.Equal(HostMaintenanceState.Evacuating, end.Maintenance.State);
        Assert.Equal("vm2", Assert.Single(end.Maintenance.Left).VM);
    }

    [Fact]
    public async Task One_that_no_host_takes_is_left_with_what_was_found_and_the_others_go()
    {
        _world.With(1).With(2, change: vm => vm with { Options = new() { AssignedHosts = HostNames.Parse("h1") } });
        await _world.EmptyAsync();
        Assert.Equal(EvacuationOutcome.Moved, _world.Result(1).Outcome);
        EvacuatedVm left = _world.Result(2);
        Assert.Equal((EvacuationOutcome.Left, "NoDestination", 0), (left.Outcome, left.ErrorId, left.Attempts));
        Assert.DoesNotContain(_world.Transfers, one => one.StartsWith("vm2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Automatic_leaves_VMs_that_only_a_person_may_migrate()
    {
        _world.With(1).With(2, change: vm => vm with { VCpuPins = [new(0, [0])] });
        await _world.EmptyAsync(request => request with { Automatic = true });
        Assert.Equal((EvacuationOutcome.Left, "ManualOnlySkipped"), (_world.Result(2).Outcome, _world.Result(2).ErrorId));
        Assert.Equal(EvacuationOutcome.Moved, _world.Result(1).Outcome);
    }

    [Fact]
    public async Task In_person_they_are_taken_along_unless_the_person_declines()
    {
        _world.With(1, change: vm => vm with { Options = new() { MigrationMode = MigrationMode.ManualOnly } });
        EvacuationProposal declined = await _world.Evacuation.ProposeAsync(new("h1") { ManualDeclined = true }, CancellationToken.None);
        Assert.Equal("ManualOnlySkipped", Assert.Single(declined.Plan.Left).ErrorId);
        await _world.EmptyAsync();
        Assert.Equal(EvacuationOutcome.Moved, _world.Result(1).Outcome);
    }

    [Fact]
    public async Task After_a_stop_what_runs_is_aborted_what_waits_is_left_and_the_next_run_goes_on()
    {
        for (int id = 1; id <= 6; id++)
        {
            _world.With(id);
        }

        int ended = 0;
        TaskCompletionSource never = new();
        _world.End = async (_, _) =>
        {
            if (Interlocked.Increment(ref ended) > 2)
            {
                await _world.Stop.CancelAsync();
                await never.Task;
            }

            return null;
        };
        EvacuationEnd end = await _world.EmptyAsync();
        Assert.Equal(6, _world.Results.Count);
        Assert.Equal(2, end.Maintenance.Moved.Count);
        Assert.Equal(4, end.Maintenance.Left.Count);
        Assert.Equal(HostMaintenanceState.Evacuating, end.Maintenance.State);
        Assert.All(_world.Results.Where(vm => vm.Outcome == EvacuationOutcome.Left), vm => Assert.Contains(vm.ErrorId, (string[])["MigrationAborted", "MigrationNotStarted"]));

        _world.End = (_, _) => Task.FromResult<HypervisorFault?>(null);
        EvacuationProposal rest = await _world.Evacuation.ProposeAsync(new("h1"), CancellationToken.None);
        Assert.Equal(4, rest.Plan.Moves.Count);
        EvacuationEnd again = await _world.Evacuation.RunAsync(rest, _world, new(CancellationToken.None)).WaitAsync(FakeHost.Patience);
        Assert.Equal(HostMaintenanceState.InMaintenance, again.Maintenance.State);
        Assert.Equal(6, again.Maintenance.Moved.Count);
    }

    [Fact]
    public async Task After_StartNoMore_those_under_way_arrive_and_the_rest_are_left()
    {
        for (int id = 1; id <= 6; id++)
        {
            _world.With(id);
        }

        _world.End = (_, _) =>
        {
            _world.Control.StartNoMore();
            return Task.FromResult<HypervisorFault?>(null);
        };
        await _world.EmptyAsync();
        Assert.Equal(6, _world.Results.Count);
        Assert.InRange(_world.Results.Count(vm => vm.Outcome == EvacuationOutcome.Moved), 1, 4);
        Assert.All(_world.Results.Where(vm => vm.Outcome != EvacuationOutcome.Moved), vm => Assert.Equal("MigrationNotStarted", vm.ErrorId));
    }

    // An earlier run moved vm9 and was killed before it could note so.
    [Fact]
    public async Task What_a_run_that_was_killed_had_moved_is_noted_by_the_next()
    {
        _world.With(1).With(9, host: "h3");
        SavedEvacuation plan = new() { MadeAt = default, Operator = "alice@ops1", Moves = [new("vm1", EvacuationWorld.Id(1), "h2", false), new("vm9", EvacuationWorld.Id(9), "h3", false)], Left = [] };
        _world.Catalog.Enter("h1", "alice@ops1", new("ops1", 1, null), null, DateTimeOffset.UnixEpoch);
        _world.Catalog.SavePlan("h1", plan, "alice@ops1", DateTimeOffset.UnixEpoch);
        EvacuationEnd end = await _world.EmptyAsync();
        Assert.Equal(["vm1", "vm9"], end.Maintenance.Moved.Select(vm => vm.VM).Order());
        Assert.Equal("h3", end.Maintenance.Moved.Single(vm => vm.VM == "vm9").To);
    }

    [Fact]
    public async Task A_VM_that_somebody_else_migrates_is_waited_for_and_noted()
    {
        _world.With(1).With(2);
        _world.H1.Shown = [new("h1", EvacuationWorld.Id(2), "vm2", MigrationDirection.Outgoing, null)];
        Task<EvacuationEnd> running = _world.EmptyAsync();
        await UntilAsync(() => _world.Told.Any(one => one.StartsWith("notice h1: waiting for vm2", StringComparison.Ordinal)));
        _world.Move(EvacuationWorld.Id(2), _world.H1, _world.Hosts[2]);
        _world.H1.Shown = [];
        EvacuationEnd end = await running;
        Assert.Equal((EvacuationOutcome.Moved, "h3", 0), (_world.Result(2).Outcome, _world.Result(2).Host, _world.Result(2).Attempts));
        Assert.Equal(HostMaintenanceState.InMaintenance, end.Maintenance.State);
        Assert.DoesNotContain(_world.Transfers, one => one.StartsWith("vm2>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_whose_migration_by_somebody_else_failed_is_moved_after_all()
    {
        _world.With(1).With(2);
        _world.H1.Shown = [new("h1", EvacuationWorld.Id(2), "vm2", MigrationDirection.Outgoing, null)];
        Task<EvacuationEnd> running = _world.EmptyAsync();
        await UntilAsync(() => _world.Told.Any(one => one.StartsWith("notice h1: waiting for vm2", StringComparison.Ordinal)));
        _world.H1.Shown = [];
        await running;
        Assert.Equal((EvacuationOutcome.Moved, 1), (_world.Result(2).Outcome, _world.Result(2).Attempts));
    }

    [Fact]
    public async Task One_that_came_meanwhile_is_moved_too()
    {
        _world.With(1);
        _world.End = (vm, _) =>
        {
            if (vm == "vm1")
            {
                _world.With(7);
            }

            return Task.FromResult<HypervisorFault?>(null);
        };
        EvacuationEnd end = await _world.EmptyAsync();
        Assert.Equal(EvacuationOutcome.Moved, _world.Result(7).Outcome);
        Assert.Equal(HostMaintenanceState.InMaintenance, end.Maintenance.State);
    }

    [Fact]
    public async Task One_that_is_shut_down_before_its_turn_is_gone()
    {
        _world.With(1).With(2).With(3).With(4);
        _world.End = (_, _) =>
        {
            _world.H1.Vms = [.. _world.H1.Vms.Select(vm => vm.Name == "vm4" ? vm with { State = VmPowerState.ShutOff } : vm)];
            _world.H1.Says[EvacuationWorld.Id(4)] = _world.H1.Running(EvacuationWorld.Id(4)) with { State = VmPowerState.ShutOff, Active = false };
            return Task.FromResult<HypervisorFault?>(null);
        };
        EvacuationEnd end = await _world.EmptyAsync();
        Assert.Equal(EvacuationOutcome.Gone, _world.Result(4).Outcome);
        Assert.Equal(HostMaintenanceState.InMaintenance, end.Maintenance.State);
    }

    [Fact]
    public async Task One_that_a_person_stops_is_left_and_not_tried_again()
    {
        _world.With(1).With(2);
        TaskCompletionSource never = new();
        _world.End = async (vm, _) =>
        {
            if (vm == "vm1")
            {
                _world.Control.StopOne(EvacuationWorld.Id(1));
                await never.Task;
            }

            return null;
        };
        await _world.EmptyAsync();
        Assert.Equal((EvacuationOutcome.Left, "MigrationAborted"), (_world.Result(1).Outcome, _world.Result(1).ErrorId));
        Assert.Single(_world.Transfers, one => one.StartsWith("vm1>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_fills_up_meanwhile_is_passed_over_for_one_with_room()
    {
        _world.With(1).With(2).With(3).With(4);
        int moved = 0;
        _world.End = (_, _) =>
        {
            if (Interlocked.Increment(ref moved) == 1)
            {
                _world.Hosts[1].Facts = facts => facts with { AvailableMemory = Given.GiB(1) };
            }

            return Task.FromResult<HypervisorFault?>(null);
        };
        await _world.EmptyAsync();
        Assert.All(_world.Results, vm => Assert.Equal(EvacuationOutcome.Moved, vm.Outcome));
        Assert.All(_world.Transfers.Skip(4), one => Assert.EndsWith(">h3", one, StringComparison.Ordinal));
        Assert.Contains(_world.Results, vm => vm.Host == "h3");
    }

    [Fact]
    public async Task Definitions_of_VMs_that_are_shut_off_follow_where_it_was_asked_for()
    {
        _world.With(1).With(2, state: VmPowerState.ShutOff);
        _world.H1.Says[EvacuationWorld.Id(2)] = _world.H1.Running(EvacuationWorld.Id(2)) with { State = VmPowerState.ShutOff, Active = false };
        EvacuationProposal without = await _world.Evacuation.ProposeAsync(new("h1"), CancellationToken.None);
        Assert.Equal("vm1", Assert.Single(without.Plan.Moves).VM);
        EvacuationEnd end = await _world.EmptyAsync(request => request with { IncludeStopped = true });
        EvacuatedVm vm = _world.Result(2);
        Assert.Equal((EvacuationOutcome.Moved, true, 1), (vm.Outcome, vm.Stopped, vm.Attempts));
        Assert.Contains("MigrateDefinition", _world.H1.Calls);
        Assert.True(end.Maintenance.Moved.Single(moved => moved.VM == "vm2").Stopped);
        Assert.Equal(HostMaintenanceState.InMaintenance, end.Maintenance.State);
    }

    [Fact]
    public async Task A_definition_whose_turn_did_not_come_is_said_to_have_waited()
    {
        _world.With(1).With(2, state: VmPowerState.ShutOff);
        _world.End = (_, _) =>
        {
            _world.Control.StartNoMore();
            return Task.FromResult<HypervisorFault?>(null);
        };
        await _world.EmptyAsync(request => request with { IncludeStopped = true });
        Assert.Equal((EvacuationOutcome.Left, "MigrationNotStarted"), (_world.Result(2).Outcome, _world.Result(2).ErrorId));
    }

    [Fact]
    public async Task VMs_that_must_stay_together_arrive_together()
    {
        for (int id = 1; id <= 5; id++)
        {
            _world.With(id);
        }

        new AffinityCatalog(_world.Registry.Store).Add(AffinityGroup.Of("web", AffinityRule.Together, mandatory: true, [.. _world.H1.Vms.Take(3)]));
        await _world.EmptyAsync();
        Assert.All(_world.Results, vm => Assert.Equal((EvacuationOutcome.Moved, 1), (vm.Outcome, vm.Attempts)));
        Assert.Single(((int[])[1, 2, 3]).Select(id => _world.Result(id).Host).Distinct());
    }

    [Fact]
    public async Task The_last_host_of_a_cluster_is_refused()
    {
        using EvacuationWorld alone = new(hosts: 1);
        alone.With(1);
        Assert.StartsWith("h1 is the only host of cluster 'c1'", (await alone.RefusedAsync("LastHostOfCluster")).Message, StringComparison.Ordinal);
        Assert.Null(alone.Catalog.Find("h1"));
        await _world.RefusedAsync("LastHostOfCluster", request => request with { AlsoLeaving = ["h1", "h2", "h3"] });
    }

    [Fact]
    public async Task A_host_that_does_not_answer_and_destinations_that_do_not_are_refused_with_nothing_noted()
    {
        _world.With(1);
        _world.Hypervisor.Silent.UnionWith(["h2", "h3"]);
        Assert.Contains("h2", (await _world.RefusedAsync("DestinationsSilent")).Message, StringComparison.Ordinal);
        _world.Hypervisor.Silent.Clear();
        _world.Hypervisor.Silent.Add("h1");
        await _world.RefusedAsync("HostUnreachable");
        Assert.Null(_world.Catalog.Find("h1"));
    }

    [Fact]
    public async Task A_host_that_falls_silent_before_it_is_looked_at_again_is_not_taken_for_empty()
    {
        _world.With(1).With(2, change: vm => vm with { Options = new() { AssignedHosts = HostNames.Parse("h1") } });
        _world.End = (_, _) =>
        {
            // The list of VMs is asked for once more when all have left.
            _world.H1.Fail("List", HypervisorFault.Unreachable, times: 5);
            return Task.FromResult<HypervisorFault?>(null);
        };
        await _world.RefusedAsync("HostUnreachable");
        Assert.Equal(EvacuationOutcome.Moved, _world.Result(1).Outcome);
        Assert.Equal(EvacuationOutcome.Left, _world.Result(2).Outcome);
        Assert.Equal(HostMaintenanceState.Evacuating, _world.Maintenance.State);
    }

    [Fact]
    public async Task A_host_of_another_cluster_takes_VMs_only_where_it_is_named()
    {
        _world.With(1).With(2);
        _world.Registry.Register(_world.Hosts[2].Registration with { Cluster = "c2" }, replace: true);
        EvacuationProposal proposal = await _world.Evacuation.ProposeAsync(new("h1"), CancellationToken.None);
        Assert.All(proposal.Plan.Moves, move => Assert.Equal("h2", move.Destination));
        await _world.EmptyAsync(request => request with { Destinations = ["h3"] });
        Assert.All(_world.Results, vm => Assert.Equal((EvacuationOutcome.Moved, "h3"), (vm.Outcome, vm.Host)));
    }

    [Fact]
    public async Task The_host_itself_is_no_destination()
    {
        _world.With(1);
        await _world.RefusedAsync("DestinationIsSource", request => request with { Destinations = ["h2", "H1"] });
    }

    [Fact]
    public async Task While_a_live_shell_empties_the_host_another_is_refused()
    {
        _world.With(1);
        VirtMigrationException? refused = null;
        _world.End = async (_, _) =>
        {
            // Another shell, alive, as far as this one can tell.
            _world.Shells.Alive.Add(4711);
            MigrationOwnership other = new(_world.Leases, new FakeShells { Own = new(Environment.MachineName, 4711, "x"), Alive = { Environment.ProcessId } }, TimeProvider.System);
            HostEvacuation evacuation = new(_world.Parts with { Ownership = other, Operator = "bob@ops1" });
            refused = await Assert.ThrowsAsync<VirtMigrationException>(async () =>
                await evacuation.RunAsync(await evacuation.ProposeAsync(new("h1"), CancellationToken.None), _world, new(CancellationToken.None)));
            return null;
        };
        await _world.EmptyAsync();
        Assert.Equal("HostMaintenanceHeld", refused!.ErrorId);
        Assert.Contains("alice@ops1", refused.Message, StringComparison.Ordinal);
        Assert.Equal("alice@ops1", _world.Maintenance.Operator);
    }

    [Fact]
    public async Task A_saved_plan_is_run_where_it_holds_and_refused_with_all_differences_where_not()
    {
        _world.With(1).With(2);
        await _world.RefusedAsync("EvacuationPlanMissing", request => request with { UseSavedPlan = true });
        EvacuationProposal proposal = await _world.Evacuation.ProposeAsync(new("h1") { Destinations = ["h3"] }, CancellationToken.None);
        _world.Evacuation.Save(proposal);
        Assert.False(_world.Maintenance.Closed());
        _world.With(3);
        VirtMigrationException stale = await _world.RefusedAsync("EvacuationPlanStale", request => request with { UseSavedPlan = true });
        Assert.Contains("vm3", stale.Message, StringComparison.Ordinal);
        Assert.Empty(_world.Transfers);
        _world.Evacuation.Save(await _world.Evacuation.ProposeAsync(new("h1") { Destinations = ["h3"] }, CancellationToken.None));
        await _world.EmptyAsync(request => request with { UseSavedPlan = true });
        Assert.All(_world.Results, vm => Assert.Equal("h3", vm.Host));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(FakeHost.Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
