using VirtMigration.Evacuation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class MaintenanceEndingTests : ClusterOfThree
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid s_h1 = Given.Facts(1).Uuid;

    private readonly FakeLeases _leases = new();
    private readonly FakeShells _shells = new();

    private MaintenanceCatalog Catalog => new(Registry.Store);

    private MigrationOwnership Ownership => new(_leases, _shells, TimeProvider.System) { LookFor = TimeSpan.Zero, LookEvery = TimeSpan.Zero };

    private MaintenanceEnding Ending => new(Hypervisor, Registry, Ownership, TimeProvider.System, "bob@ops2");

    [Fact]
    public async Task An_end_removes_the_record_and_asks_no_VM()
    {
        Maintain(("a", 1, "h2"));
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("H1", bringBack: false, force: false, CancellationToken.None);
        Assert.Equal(
            "End the maintenance of host 'h1' (InMaintenance since 2026-11-21 12:00 UTC, by alice@ops1): VMs may come to it again; 1 VM that left it stay where they are (-BringBack brings them back)",
            proposed.ToText());
        Assert.NotNull(Catalog.Find("h1"));
        Assert.Null(await Ending.ApplyAsync(proposed, CancellationToken.None));
        Assert.Null(Catalog.Find("h1"));
    }

    [Fact]
    public async Task A_host_without_a_record_and_one_that_there_is_not_are_told_apart()
    {
        Assert.Equal("HostNotInMaintenance", await RefusedAsync("h1", bringBack: false));
        Assert.Equal("HostNotFound", await RefusedAsync("h9", bringBack: false));
    }

    [Fact]
    public async Task A_record_of_a_host_that_is_not_registered_any_more_can_be_ended()
    {
        Catalog.Enter("gone", "alice@ops1", _shells.Own with { Id = 1 }, null, s_noon);
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("gone", bringBack: false, force: false, CancellationToken.None);
        await Ending.ApplyAsync(proposed, CancellationToken.None);
        Assert.Empty(Catalog.All());
    }

    [Fact]
    public async Task Who_is_still_where_it_was_moved_to_is_brought_back_and_nobody_else()
    {
        Maintain(("a", 1, "h2"), ("b", 2, "h2"), ("c", 3, "h2"), ("d", 4, "h2"), ("e", 5, "h2"), ("f", 6, "h3"));
        H1.Vms = [Vm("c", 3, "h1")];
        H2.Vms = [Vm("a", 1, "h2"), Vm("b", 2, "h2") with { State = VmPowerState.ShutOff }, Vm("f", 6, "h2") with { State = VmPowerState.ShutOff }];
        H3.Vms = [Vm("d", 4, "h3"), Vm("f", 6, "h3")];
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("h1", bringBack: true, force: false, CancellationToken.None);
        Assert.Equal(["a", "b", "f"], proposed.Returning.Select(vm => vm.Name));
        Assert.Equal([Given.Id(3), Given.Id(4), Given.Id(5)], proposed.Settled);
        Assert.Equal(
            ["VM 'd' was moved to h2, and somebody moved it to h3 since: it is left there", "VM 'e' is on no registered host any more, and is left out"],
            proposed.Warnings);
        Assert.EndsWith("bring back 3 VMs\n  a: h2 -> h1\n  b: h2 -> h1 (shut off: its definition)\n  f: h3 -> h1", proposed.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_be_on_a_silent_host_stays_on_the_list()
    {
        Maintain(("a", 1, "h2"), ("b", 2, "h3"));
        Hypervisor.Silent.Add("h2");
        H3.Vms = [Vm("b", 2, "h3")];
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("h1", bringBack: true, force: false, CancellationToken.None);
        Assert.Contains("'a' is on none of the hosts that answered, and stays on the list", Assert.Single(proposed.Warnings), StringComparison.Ordinal);
        Assert.Empty(proposed.Settled);
    }

    [Fact]
    public async Task The_host_is_open_and_held_while_they_return_and_the_list_outlives_the_command()
    {
        Maintain(("a", 1, "h2"), ("b", 2, "h2"));
        H2.Vms = [Vm("a", 1, "h2"), Vm("b", 2, "h2")];
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("h1", bringBack: true, force: false, CancellationToken.None);
        await using (HeldLease? held = await Ending.ApplyAsync(proposed, CancellationToken.None))
        {
            Assert.NotNull(held);
            HostMaintenance record = Catalog.Find("h1")!;
            Assert.Equal((HostMaintenanceState.BringingBack, false, 2, "bob@ops2"), (record.State, record.Closed(), record.Moved.Count, record.Operator));
            Assert.Equal("HostMaintenanceHeld", await RefusedAsync("h1", bringBack: true));

            H2.Vms = [Vm("b", 2, "h2")];
            H1.Vms = [Vm("a", 1, "h1")];
            string? left = await Ending.SettleAsync("h1", CancellationToken.None);
            Assert.Contains("1 VM of host 'h1' is not back: b (on h2). Stop-VmHostMaintenance h1 -BringBack tries again", left, StringComparison.Ordinal);
        }

        Assert.Equal(["b"], (await Ending.ProposeAsync("h1", bringBack: true, force: false, CancellationToken.None)).Returning.Select(vm => vm.Name));
        (H1.Vms, H2.Vms) = ([Vm("a", 1, "h1"), Vm("b", 2, "h1")], []);
        Assert.Null(await Ending.SettleAsync("h1", CancellationToken.None));
        Assert.Null(Catalog.Find("h1"));
    }

    [Fact]
    public async Task With_nobody_to_bring_back_the_record_goes_at_once()
    {
        Maintain(("a", 1, "h2"));
        H1.Vms = [Vm("a", 1, "h1")];
        ProposedMaintenanceEnd proposed = await Ending.ProposeAsync("h1", bringBack: true, force: false, CancellationToken.None);
        await using HeldLease? held = await Ending.ApplyAsync(proposed, CancellationToken.None);
        Assert.Null(Catalog.Find("h1"));
    }

    [Theory]
    [InlineData(true, true, false, true)]
    [InlineData(true, true, true, true)]
    [InlineData(true, false, false, false)]
    [InlineData(false, false, false, true)]
    [InlineData(false, false, true, false)]
    public async Task A_maintenance_in_other_hands_is_left_alone(bool here, bool alive, bool force, bool refused)
    {
        Maintain();
        ShellProcess shell = new(here ? _shells.Own.Machine : "elsewhere", 77, "x");
        if (alive)
        {
            _shells.Alive.Add(77);
        }

        _leases.Held[s_h1] = new() { Vm = s_h1, VmName = "h1", Id = Guid.NewGuid(), Operator = "alice@ops1", Shell = shell, Policy = "maintenance", TakenAt = s_noon };
        if (refused)
        {
            VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => Ending.ProposeAsync("h1", false, force, CancellationToken.None));
            Assert.Equal("HostMaintenanceHeld", error.ErrorId);
            Assert.Contains("alice@ops1, process 77 on", error.Message, StringComparison.Ordinal);
            Assert.Equal(!here, error.RecommendedAction.Contains("-Force", StringComparison.Ordinal));
        }
        else
        {
            Assert.NotNull(await Ending.ProposeAsync("h1", false, force, CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_silent_host_can_be_opened_where_nobody_is_at_it_but_nobody_is_brought_back_to_it()
    {
        Maintain();
        Hypervisor.Silent.Add("h1");
        Assert.NotNull(await Ending.ProposeAsync("h1", bringBack: false, force: false, CancellationToken.None));
        Assert.Equal("HostUnreachable", await RefusedAsync("h1", bringBack: true));
        Catalog.Enter("h1", "alice@ops1", _shells.Own, null, s_noon);
        Assert.Equal("HostMaintenanceHeld", await RefusedAsync("h1", bringBack: false));
        Assert.NotNull(await Ending.ProposeAsync("h1", bringBack: false, force: true, CancellationToken.None));
    }

    [Fact]
    public async Task The_list_says_what_is_on_the_hosts_now_and_who_is_at_it()
    {
        Maintain(("a", 1, "h2"));
        Catalog.Enter("h2", "alice@ops1", new("elsewhere", 5, null), "new disks", s_noon);
        Hypervisor.Silent.Add("h2");
        H1.Vms = [Vm("z", 8, "h1"), Vm("y", 9, "h1") with { State = VmPowerState.Paused }, Vm("x", 7, "h1") with { State = VmPowerState.ShutOff }];
        _leases.Held[s_h1] = new() { Vm = s_h1, VmName = "h1", Id = Guid.NewGuid(), Operator = "bob@ops2", Shell = _shells.Own, Policy = "maintenance", TakenAt = s_noon };
        MaintenanceLister lister = new(Hypervisor, Registry, Ownership);
        VmHostMaintenance[] all = await lister.ListAsync(null, CancellationToken.None);
        Assert.Equal(("h1", "c1", HostMaintenanceState.InMaintenance, true, null), (all[0].Host, all[0].Cluster, all[0].State, all[0].ShellAlive, all[0].Problem));
        Assert.Equal(["y", "z"], Assert.IsType<string[]>(all[0].Running));
        Assert.Equal(["x"], Assert.IsType<string[]>(all[0].Stopped));
        Assert.Equal($"bob@ops2, {_shells.Own}", all[0].HeldBy);
        Assert.Equal(("h2", null, "new disks", null), (all[1].Host, all[1].ShellAlive, all[1].Reason, all[1].Running));
        Assert.Contains("no route to h2", all[1].Problem, StringComparison.Ordinal);
        Assert.Equal("h2", Assert.Single(await lister.ListAsync([Registry.Find("h2")], CancellationToken.None)).Host);
        Assert.Empty(await lister.ListAsync([Registry.Find("h3")], CancellationToken.None));
    }

    [Fact]
    public async Task A_host_in_maintenance_is_no_destination_and_is_listed_as_what_it_is()
    {
        H1.With(Given.Vm().Uuid);
        Catalog.Enter("h2", "alice@ops1", _shells.Own, "new disks", s_noon);
        IReadOnlyList<DestinationReport> reports = await new DestinationAssessor(Hypervisor, Registry).AssessAsync(Given.Vm(), new(), null, CancellationToken.None);
        Assert.Equal("h3", Assert.Single(reports, report => report.Eligible).Destination);
        Assert.Contains(reports.Single(report => report.Destination == "h2").Findings, finding => finding.Id == "HostInMaintenance");
        VmHost[] hosts = await new InventoryReader(Hypervisor, Registry).DescribeAsync(Registry.All(), CancellationToken.None);
        Assert.Equal([null, "Evacuating", null], hosts.Select(host => host.Maintenance));
    }

    private async Task<string> RefusedAsync(string host, bool bringBack) =>
        (await Assert.ThrowsAnyAsync<VirtMigrationException>(() => Ending.ProposeAsync(host, bringBack, force: false, CancellationToken.None))).ErrorId;

    private void Maintain(params (string Name, int Id, string To)[] moved)
    {
        Catalog.Enter("h1", "alice@ops1", _shells.Own, null, s_noon);
        foreach ((string name, int id, string to) in moved)
        {
            Catalog.Moved("h1", new(name, Given.Id(id), to, s_noon, Stopped: false));
        }

        Catalog.Finish("h1", [], s_noon);
    }

    private static VirtualMachine Vm(string name, int id, string host) => Given.Vm(name, id, host);
}
