using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>What is said before a VM's mode and hosts are set. db1 is on h1; h2 and h3 are of its cluster.</summary>
public sealed class OptionWarningsTests : ClusterOfThree
{
    private readonly OptionEditor _editor;
    private readonly VirtualMachine _vm = Given.Vm();

    public OptionWarningsTests()
    {
        Registry.Register(Given.Registration("h4", "c2"), replace: false);
        _editor = new(Hypervisor, Registry);
    }

    [Fact]
    public async Task Automatic_migration_of_a_pinned_VM_is_warned_of_with_what_pins_it()
    {
        H1.Definition = definition => definition with { VCpuPins = [new(0, [1]), new(1, [2])], NumaBindings = [new(null, NumaMode.Strict, [0])] };
        string warning = Assert.Single(await WarningsAsync("MigrationMode", "ManualAndAutomatic"));
        Assert.StartsWith("VM 'db1': vCPUs 0-1 are pinned, its memory is tied to cell 0; with ManualAndAutomatic", warning, StringComparison.Ordinal);
        Assert.Empty(await WarningsAsync("MigrationMode", "ManualOnly"));
        Assert.Empty(await WarningsAsync("MigrationMode", "NotMigratable"));
        Assert.Empty(await WarningsAsync("MigrationMode", "ClusterValue"));

        // It is said whenever it is set, and not for any other option.
        H1.VmOptions[_vm.Uuid] = new(_vm.Uuid, "db1", new() { MigrationMode = MigrationMode.ManualAndAutomatic });
        Assert.Single(await WarningsAsync("MigrationMode", "ManualAndAutomatic"));
        Assert.Empty(await WarningsAsync("Encryption", "true"));
        H1.Definition = definition => definition;
        Assert.Empty(await WarningsAsync("MigrationMode", "ManualAndAutomatic"));
        Assert.Contains("high-performance", Assert.Single(await WarningsAsync("HighPerformance", "true")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cluster_says_whether_a_passed_through_CPU_is_worth_a_warning()
    {
        H1.Definition = definition => definition with { Cpu = new() { Mode = CpuMode.HostPassthrough } };
        Assert.Contains("host-passthrough", Assert.Single(await WarningsAsync("MigrationMode", "ManualAndAutomatic")), StringComparison.Ordinal);
        new OptionCatalog(Registry.Store).Set("c1", it => it with { PassthroughCountsAsPinned = false });
        Assert.Empty(await WarningsAsync("MigrationMode", "ManualAndAutomatic"));
    }

    [Fact]
    public async Task Each_assigned_host_is_checked_and_those_that_cannot_take_the_VM_are_named_with_the_reason()
    {
        H2.Facts = facts => facts with { AvailableMemory = Given.GiB(1), Architecture = "aarch64" };
        Hypervisor.Silent.Add("h3");
        IReadOnlyList<string> warnings = await WarningsAsync("AssignedHosts", "h1,H2,h3");
        Assert.Equal(2, warnings.Count);
        Assert.Matches("^VM 'db1' could not go to its assigned host h2 now: needs .* \\(and \\d more: Test-MigrationDestination db1 h2\\)$", warnings[0]);
        Assert.Contains("assigned host h3 now: needs a host that answers, no route to h3", warnings[1], StringComparison.Ordinal);
        Assert.DoesNotContain("SetVmOptions", H1.Calls);
    }

    [Fact]
    public async Task Hosts_that_can_take_the_VM_are_nothing_to_warn_of()
    {
        Assert.Empty(await WarningsAsync("AssignedHosts", "h1,h2,h3"));
        Assert.Empty(await WarningsAsync("AssignedHosts", "h1,h2"));
        Assert.Empty(await WarningsAsync("PreferredHosts", "h4", refused: "HostNotFound"));
        Assert.Empty(await WarningsAsync("AssignedHosts", "ClusterValue"));
    }

    // The checks go by what would be stored, not by what is.
    [Fact]
    public async Task What_is_set_together_is_checked_together()
    {
        H1.VmOptions[_vm.Uuid] = new(_vm.Uuid, "db1", new() { AssignedHosts = HostNames.Parse("h1"), MigrationMode = MigrationMode.NotMigratable });
        H1.Definition = definition => definition with { Options = H1.VmOptions[_vm.Uuid].Options };
        Assert.Empty(await WarningsAsync("AssignedHosts", "h1,h2"));
    }

    [Fact]
    public async Task One_assigned_host_alone_is_a_dead_end()
    {
        Assert.Contains("but h1, where it is: it can go nowhere then", Assert.Single(await WarningsAsync("AssignedHosts", "h1")), StringComparison.Ordinal);
        Assert.Equal(
            ["VM 'db1' is on h1, which is none of its assigned hosts (h2); nothing moves it by itself", "VM 'db1' has no assigned host but h2: once there, it can go nowhere else"],
            await WarningsAsync("AssignedHosts", "h2"));
        Assert.Equal(["VM 'db1' is on h1, which is none of its assigned hosts (h2,h3); nothing moves it by itself"], await WarningsAsync("AssignedHosts", "h2,h3"));
    }

    [Fact]
    public async Task A_VM_that_is_excluded_from_where_it_is_or_from_everywhere_is_said()
    {
        Assert.Contains("one of its excluded hosts (h1)", Assert.Single(await WarningsAsync("ExcludedHosts", "h1")), StringComparison.Ordinal);
        Assert.Contains("excluded from every other host of cluster 'c1'", Assert.Single(await WarningsAsync("ExcludedHosts", "h2,h3")), StringComparison.Ordinal);
        Assert.Empty(await WarningsAsync("ExcludedHosts", "h2"));
    }

    [Fact]
    public async Task A_host_that_is_preferred_and_not_allowed_is_said()
    {
        H1.VmOptions[_vm.Uuid] = new(_vm.Uuid, "db1", new() { AssignedHosts = HostNames.Parse("h1,h2") });
        Assert.Equal(["VM 'db1' prefers h3, where it may not be"], await WarningsAsync("PreferredHosts", "h2,h3"));
    }

    [Fact]
    public async Task A_VM_that_is_shut_off_is_checked_as_if_it_ran() => Assert.Empty(await WarningsAsync("AssignedHosts", "h1,h2", _vm with { State = VmPowerState.ShutOff }));

    [Fact]
    public async Task Contradictions_and_hosts_of_other_clusters_are_refused_before_anything_is_touched()
    {
        await WarningsAsync("AssignedHosts", "h1,h4", refused: "HostNotFound");
        H1.VmOptions[_vm.Uuid] = new(_vm.Uuid, "db1", new() { AssignedHosts = HostNames.Parse("h1,h2") });
        await WarningsAsync("ExcludedHosts", "h2", refused: "HostsContradict");
        Assert.DoesNotContain("SetVmOptions", H1.Calls);
    }

    [Fact]
    public async Task What_is_stored_names_hosts_as_they_were_registered()
    {
        Func<VmMigrationOptions, VmMigrationOptions> change = OptionEdit.OfVm(new Dictionary<string, string> { ["AssignedHosts"] = "H2,H1" });
        Assert.Equal("Migration options of VM 'db1': AssignedHosts ClusterValue -> h1,h2", (await _editor.ProposeAsync(_vm, change, default)).ToString());
        VmMigrationOption option = await _editor.ApplyAsync(_vm, change, default);
        Assert.Equal(("h1,h2", "h1,h2"), (option.AssignedHosts, H1.VmOptions[_vm.Uuid].Options.AssignedHosts?.ToString()));
    }

    [Fact]
    public async Task What_makes_it_pinned_is_shown_with_whose_word_the_mode_is()
    {
        H1.Definition = definition => definition with { VCpuPins = [new(0, [1])] };
        VmMigrationOption option = await _editor.ReadAsync(_vm, default);
        Assert.Equal("MigrationMode ManualOnly (Default)", option.Effective.Single(one => one.Setting == "MigrationMode").ToString());
        Assert.Equal(["vCPU 0 is pinned"], option.PinnedBy);
    }

    private async Task<IReadOnlyList<string>> WarningsAsync(string option, string text, VirtualMachine? vm = null, string? refused = null)
    {
        Func<VmMigrationOptions, VmMigrationOptions> change = OptionEdit.OfVm(new Dictionary<string, string> { [option] = text });
        if (refused is null)
        {
            return (await _editor.ProposeAsync(vm ?? _vm, change, default)).Warnings;
        }

        Assert.Equal(refused, (await Assert.ThrowsAnyAsync<VirtMigrationException>(() => _editor.ProposeAsync(vm ?? _vm, change, default))).ErrorId);
        return [];
    }
}
