using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class OptionEditorTests : IDisposable
{
    private static readonly MigrationPolicy s_night = BuiltInPolicies.Default with { Name = "Night", BuiltIn = false };

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _h1 = new("h1");
    private readonly FakeHost _h2 = new("h2");
    private readonly FakeHost _h3 = new("h3");
    private readonly FakeHypervisor _hypervisor;
    private readonly ClusterFile _store;
    private readonly OptionEditor _editor;

    // Cluster c1 is h1 and h2, cluster c2 is h3.
    public OptionEditorTests()
    {
        _hypervisor = new(_h1, _h2, _h3);
        _store = new(_folder.Path);
        HostRegistry registry = new(_store);
        registry.Register(Given.Registration("h1"), replace: false);
        registry.Register(Given.Registration("h2"), replace: false);
        registry.Register(Given.Registration("h3", "c2"), replace: false);
        _editor = new(_hypervisor, registry);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parallel_connections_for_a_cluster_are_refused_with_every_VM_that_has_post_copy()
    {
        Has(_h1, "db1", 1, new() { Policy = "PostCopy" });
        Has(_h1, "db2", 2, new() { Policy = "PostCopy", ParallelConnections = ParallelChoice.Auto });
        Has(_h1, "db3", 3, VmMigrationOptions.Empty);
        Has(_h2, "web1", 4, new() { Policy = "postcopy", ParallelConnections = ParallelChoice.Number(8) });
        Has(_h2, "off1", 5, new() { Policy = "PostCopy" }, VmPowerState.ShutOff);
        Has(_h3, "far1", 6, new() { Policy = "PostCopy" });

        OptionConflictException error = await ConflictAsync(it => it with { ParallelConnections = ParallelChoice.Parallel });
        Assert.Equal("OptionConflict", error.ErrorId);
        Assert.Equal(
            [
                "db1 on h1: ParallelConnections Parallel (the cluster's), policy PostCopy (its own): parallel connections exclude post-copy",
                "off1 on h2: ParallelConnections Parallel (the cluster's), policy PostCopy (its own): parallel connections exclude post-copy",
                "web1 on h2: ParallelConnections 8 (its own), policy PostCopy (its own): parallel connections exclude post-copy",
            ],
            error.Conflicts.Select(one => one.ToString()));
        Assert.All(error.Conflicts, one => Assert.Contains(one.ToString(), error.Message, StringComparison.Ordinal));
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Fact]
    public async Task A_post_copy_policy_for_a_cluster_is_refused_with_every_VM_that_is_parallel()
    {
        Has(_h1, "db1", 1, new() { ParallelConnections = ParallelChoice.Parallel });
        Has(_h1, "db2", 2, new() { ParallelConnections = ParallelChoice.Auto });
        Has(_h2, "web1", 3, new() { ParallelConnections = ParallelChoice.Number(2) });
        Has(_h2, "web2", 4, new() { ParallelConnections = ParallelChoice.Parallel, Policy = "VeryLarge" });
        OptionConflictException error = await ConflictAsync(it => it with { Policy = "PostCopy" });
        Assert.Equal(["db1", "web1"], error.Conflicts.Select(one => one.VM));
        Assert.All(error.Conflicts, one => Assert.Equal((SettingOrigin.Vm, SettingOrigin.Cluster), (one.ParallelOrigin, one.PolicyOrigin)));
    }

    [Fact]
    public async Task A_cluster_that_contradicts_itself_is_refused_though_it_has_no_VM()
    {
        Store(it => it with { ParallelConnections = ParallelChoice.Parallel });
        OptionConflict conflict = Assert.Single((await ConflictAsync(it => it with { Policy = "PostCopy" })).Conflicts);
        Assert.Null(conflict.VM);
    }

    [Fact]
    public async Task Forbidding_parallel_migration_is_refused_with_every_VM_that_needs_it()
    {
        Has(_h1, "db1", 1, new() { Policy = "VeryLarge" });
        Has(_h2, "web1", 2, new() { ParallelConnections = ParallelChoice.Number(4) });
        Has(_h2, "web2", 3, new() { ParallelConnections = ParallelChoice.Auto });
        Assert.Equal(["db1", "web1"], (await ConflictAsync(it => it with { ParallelAllowed = false })).Conflicts.Select(one => one.VM));
    }

    [Fact]
    public async Task VeryLarge_for_a_cluster_that_forbids_parallel_migration_is_refused()
    {
        Store(it => it with { ParallelAllowed = false });
        Assert.Null(Assert.Single((await ConflictAsync(it => it with { Policy = "VeryLarge" })).Conflicts).VM);
    }

    [Fact]
    public async Task A_VM_that_two_hosts_list_is_named_once()
    {
        Has(_h1, "db1", 1, new() { Policy = "PostCopy" });
        Has(_h2, "db1", 1, new() { Policy = "PostCopy" });
        Assert.Single((await ConflictAsync(it => it with { ParallelConnections = ParallelChoice.Parallel })).Conflicts);
    }

    [Fact]
    public async Task What_excludes_nothing_is_proposed_and_changes_nothing_yet()
    {
        Has(_h1, "db1", 1, new() { Policy = "PostCopy", ParallelConnections = ParallelChoice.Auto });
        byte[] before = File.ReadAllBytes(_store.FilePath);
        OptionChange change = await _editor.ProposeAsync("C1", it => it with { ParallelConnections = ParallelChoice.Auto, Policy = "VeryLarge" }, false, default);
        Assert.Equal("Migration options of cluster 'c1': Policy Default -> VeryLarge, ParallelConnections Default -> Auto", change.ToString());
        Assert.Empty(change.Warnings);
        Assert.Equal(before, File.ReadAllBytes(_store.FilePath));
    }

    [Fact]
    public async Task What_cannot_conflict_asks_no_host()
    {
        _hypervisor.Silent.UnionWith(["h1", "h2"]);
        OptionChange change = await _editor.ProposeAsync("c1", it => it with { Encryption = true, MaxConcurrent = 3 }, false, default);
        Assert.Equal("Migration options of cluster 'c1': Encryption Default -> True, MaxConcurrent Default -> 3", change.ToString());
    }

    [Fact]
    public async Task Hosts_that_do_not_answer_are_named_and_refused_and_forced_with_a_warning()
    {
        _hypervisor.Silent.Add("h2");
        _h1.Fail("List", HypervisorFault.Timeout);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
            () => _editor.ProposeAsync("c1", it => it with { Policy = "PostCopy" }, force: false, default));
        Assert.Equal("HostsSilent", error.ErrorId);
        Assert.Contains("h1 (List was refused)", error.Message, StringComparison.Ordinal);
        Assert.Contains("h2 (no route to h2)", error.Message, StringComparison.Ordinal);
        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);

        OptionChange change = await _editor.ProposeAsync("c1", it => it with { Policy = "PostCopy" }, force: true, default);
        Assert.Contains("h2", Assert.Single(change.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Force_does_not_hide_a_conflict_that_is_known()
    {
        _hypervisor.Silent.Add("h2");
        Has(_h1, "db1", 1, new() { ParallelConnections = ParallelChoice.Parallel });
        OptionConflictException error = await Assert.ThrowsAsync<OptionConflictException>(
            () => _editor.ProposeAsync("c1", it => it with { Policy = "PostCopy" }, force: true, default));
        Assert.Equal("db1", Assert.Single(error.Conflicts).VM);
    }

    [Theory]
    [InlineData("policy", "PolicyNotFound")]
    [InlineData("limit", "ParallelConnectionsInvalid")]
    [InlineData("concurrency", "ConcurrencyInvalid")]
    [InlineData("bandwidth", "BandwidthTooSmall")]
    [InlineData("both", "ParallelForbidden")]
    [InlineData("network", "MigrationNetworkInvalid")]
    public async Task What_is_wrong_by_itself_is_refused_before_any_host_is_asked(string what, string errorId)
    {
        VirtMigrationException error = await Assert.ThrowsAnyAsync<VirtMigrationException>(() => _editor.ProposeAsync("c1", it => what switch
        {
            "policy" => it with { Policy = "PostCopi" },
            "limit" => it with { MaxParallelConnections = 256 },
            "concurrency" => it with { MaxConcurrent = 0 },
            "bandwidth" => it with { MigrationBandwidth = BandwidthChoice.Parse("8Mbps") },
            "both" => it with { ParallelAllowed = false, ParallelConnections = ParallelChoice.Parallel },
            _ => it with { MigrationNetwork = "storage" },
        }, force: true, default));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Empty(_h1.Calls);
    }

    [Fact]
    public async Task An_unknown_cluster_is_refused_with_the_nearest() =>
        Assert.Equal("ClusterNotFound", (await Assert.ThrowsAsync<UnknownNameException>(() => _editor.ProposeAsync("c9", it => it, false, default))).ErrorId);

    [Fact]
    public async Task A_network_outside_of_which_hosts_have_their_address_is_refused_and_all_are_named()
    {
        HostRegistry registry = new(_store);
        registry.Register(Given.Registration("h1") with { MigrationAddress = "10.78.0.1" }, replace: true);
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
            () => _editor.ProposeAsync("c1", it => it with { MigrationNetwork = "10.79.0.0/24" }, force: true, default));
        Assert.Equal("MigrationAddressOutsideNetwork", error.ErrorId);
        Assert.Contains("h1 (10.78.0.1), h2 (none)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("h3", error.Message, StringComparison.Ordinal);

        registry.Register(Given.Registration("h2") with { MigrationAddress = "10.78.0.2" }, replace: true);
        OptionChange change = await _editor.ProposeAsync("c1", it => it with { MigrationNetwork = "10.78.0.0/24" }, false, default);
        Assert.Equal("Migration options of cluster 'c1': MigrationNetwork Default -> 10.78.0.0/24", change.ToString());
    }

    // A host that was registered later without an address must not stand in the way of another option.
    [Fact]
    public async Task A_network_that_does_not_change_is_not_checked_again()
    {
        Store(it => it with { MigrationNetwork = "10.78.0.0/24" });
        Assert.NotNull(await _editor.ProposeAsync("c1", it => it with { Encryption = true }, false, default));
    }

    [Fact]
    public void What_is_applied_is_stored_and_read_again()
    {
        ClusterMigrationOption option = _editor.Apply("C1", it => it with { Policy = "VeryLarge", MaxConcurrent = 1 });
        Assert.Equal(("c1", "VeryLarge", 1), (option.Cluster, option.Policy, option.MaxConcurrent));
        Assert.Equal(["Policy", "MaxConcurrent"], _editor.Read("c1").Stated);
        Assert.Equal("MinimalDowntime", _editor.Read("c2").Policy);
    }

    [Theory]
    [InlineData("Parallel", "PostCopy", null, null, true)]
    [InlineData("8", null, null, "PostCopy", true)]
    [InlineData(null, "PostCopy", "Parallel", null, true)]
    [InlineData("Auto", "PostCopy", "Parallel", null, false)]
    [InlineData("Disabled", "PostCopy", "Parallel", null, false)]
    public async Task A_VMs_own_options_are_checked_with_the_clusters(string? parallel, string? policy, string? ofCluster, string? clusterPolicy, bool conflicts)
    {
        VirtualMachine vm = Has(_h1, "db1", 1, VmMigrationOptions.Empty);
        Store(it => it with { ParallelConnections = ofCluster is null ? null : ParallelChoice.Parse(ofCluster), Policy = clusterPolicy });
        Task<OptionChange> Propose() => _editor.ProposeAsync(
            vm, it => it with { ParallelConnections = parallel is null ? null : ParallelChoice.Parse(parallel), Policy = policy }, default);
        if (conflicts)
        {
            OptionConflictException error = await Assert.ThrowsAsync<OptionConflictException>(Propose);
            Assert.Equal(("db1", "h1"), (Assert.Single(error.Conflicts).VM, error.Conflicts[0].Host));
            Assert.Equal("db1", error.Target);
        }
        else
        {
            Assert.StartsWith("Migration options of VM 'db1': Policy ClusterValue -> PostCopy", (await Propose()).ToString(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("SetVmOptions", _h1.Calls);
    }

    [Theory]
    [InlineData("policy", "PolicyNotFound")]
    [InlineData("downtime", "DowntimeOutOfRange")]
    [InlineData("limit", "ParallelConnectionsInvalid")]
    [InlineData("bandwidth", "BandwidthInvalid")]
    public async Task What_is_wrong_by_itself_is_refused_for_a_VM_too(string what, string errorId)
    {
        VirtualMachine vm = Has(_h1, "db1", 1, VmMigrationOptions.Empty);
        VirtMigrationException error = await Assert.ThrowsAnyAsync<VirtMigrationException>(() => _editor.ProposeAsync(vm, it => what switch
        {
            "policy" => it with { Policy = "PostCopi" },
            "downtime" => it with { MaxDowntime = TimeSpan.FromHours(1) },
            "limit" => it with { MaxParallelConnections = 1 },
            _ => it with { MigrationBandwidth = BandwidthChoice.None },
        }, default));
        Assert.Equal(errorId, error.ErrorId);
    }

    // It came with the VM from elsewhere: what it states besides can be changed.
    [Fact]
    public async Task A_policy_that_is_not_known_here_and_does_not_change_is_left_alone()
    {
        VirtualMachine vm = Has(_h1, "db1", 1, new() { Policy = "Elsewhere" });
        OptionChange change = await _editor.ProposeAsync(vm, it => it with { Encryption = true }, default);
        Assert.Equal("Migration options of VM 'db1': Encryption ClusterValue -> True", change.ToString());
    }

    [Fact]
    public async Task A_clusters_policy_that_is_not_known_any_more_does_not_stand_in_the_way_of_another_option()
    {
        Store(it => it with { Policy = "Gone" });
        Assert.NotNull(await _editor.ProposeAsync("c1", it => it with { Encryption = true }, false, default));
    }

    [Fact]
    public async Task What_is_stored_and_cannot_be_understood_is_said_before_it_is_replaced()
    {
        VirtualMachine vm = Has(_h1, "db1", 1, new() { Problem = "'Sometimes' is no choice" });
        OptionChange change = await _editor.ProposeAsync(vm, it => it with { Encryption = true }, default);
        Assert.Equal(["'Sometimes' is no choice"], change.Warnings);
        await _editor.ApplyAsync(vm, it => it with { Encryption = true }, default);
        Assert.Equal(new() { Encryption = true }, _h1.VmOptions[vm.Uuid].Options);
    }

    [Fact]
    public async Task A_VMs_options_are_changed_on_what_it_states_now()
    {
        VirtualMachine vm = Has(_h1, "db1", 1, new() { Policy = "PostCopy" });
        await _editor.ProposeAsync(vm, it => it with { Encryption = true }, default);
        _h1.VmOptions[vm.Uuid] = new(vm.Uuid, "db1", new() { MaxParallelConnections = 4 });
        VmMigrationOption option = await _editor.ApplyAsync(vm, it => it with { Encryption = true }, default);
        Assert.Equal(new() { MaxParallelConnections = 4, Encryption = true }, _h1.VmOptions[vm.Uuid].Options);
        Assert.Equal(("4", "True", "ClusterValue"), (option.MaxParallelConnections, option.Encryption, option.Policy));
        Assert.Equal("True", (await _editor.ReadAsync(vm, default)).Encryption);
    }

    [Fact]
    public async Task A_policy_that_would_become_post_copy_is_refused_with_everything_that_uses_it_and_is_parallel()
    {
        new PolicyCatalog(_store).Add(s_night);
        Has(_h1, "db1", 1, new() { Policy = "Night", ParallelConnections = ParallelChoice.Parallel });
        Has(_h3, "far1", 2, new() { Policy = "night", ParallelConnections = ParallelChoice.Number(3) });
        Has(_h2, "web1", 3, new() { Policy = "Night" });
        foreach (MigrationPolicy changed in new[]
            {
                s_night with { ArmsPostCopy = true },
                s_night with { Schedule = [ConvergenceStep.Parse("then: post-copy")] },
                s_night with { Deadlines = [ConvergenceStep.Parse("after 60s: post-copy")] },
            })
        {
            OptionConflictException error = await Assert.ThrowsAsync<OptionConflictException>(() => _editor.ProposeAsync(changed, force: false, default));
            Assert.Equal(["db1", "far1"], error.Conflicts.Select(one => one.VM));
        }

        Assert.Empty(await _editor.ProposeAsync(s_night with { AutoConverge = false }, force: false, default));
    }

    [Fact]
    public async Task A_policy_that_would_need_parallel_migration_is_refused_where_a_cluster_forbids_it()
    {
        new PolicyCatalog(_store).Add(s_night);
        Store(it => it with { ParallelAllowed = false, Policy = "Night" });
        Assert.Null(Assert.Single((await Assert.ThrowsAsync<OptionConflictException>(
            () => _editor.ProposeAsync(s_night with { ZeroCopy = true }, force: false, default))).Conflicts).VM);
    }

    [Theory]
    [InlineData("MinimalDowntime", "PolicyBuiltIn")]
    [InlineData("postcopy", "PolicyBuiltIn")]
    [InlineData("Nigth", "PolicyNotFound")]
    public async Task Only_an_operators_own_policy_can_be_replaced_or_removed(string name, string errorId)
    {
        Assert.Equal(errorId, (await Assert.ThrowsAnyAsync<VirtMigrationException>(() => _editor.ProposeAsync(s_night with { Name = name }, true, default))).ErrorId);
        Assert.Equal(errorId, (await Assert.ThrowsAnyAsync<VirtMigrationException>(() => _editor.RequireUnusedAsync(name, true, default))).ErrorId);
    }

    [Fact]
    public async Task A_policy_in_use_cannot_be_removed_and_everybody_who_uses_it_is_named()
    {
        new PolicyCatalog(_store).Add(s_night);
        Assert.Empty(await _editor.RequireUnusedAsync("NIGHT", force: false, default));
        Store(it => it with { Policy = "night" });
        Has(_h2, "off1", 1, new() { Policy = "Night" }, VmPowerState.ShutOff);
        Has(_h3, "far1", 2, new() { Policy = "NIGHT" });
        Has(_h1, "db1", 3, new() { Policy = "PostCopy" });
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => _editor.RequireUnusedAsync("Night", force: true, default));
        Assert.Equal("PolicyInUse", error.ErrorId);
        Assert.Contains("in use by cluster 'c1', VM 'far1' on h3, VM 'off1' on h2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_a_policy_is_in_use_cannot_be_said_where_a_host_is_silent()
    {
        new PolicyCatalog(_store).Add(s_night);
        _hypervisor.Silent.Add("h3");
        Assert.Equal("HostsSilent", (await Assert.ThrowsAsync<VirtMigrationException>(() => _editor.RequireUnusedAsync("Night", force: false, default))).ErrorId);
        Assert.Contains("h3", Assert.Single(await _editor.RequireUnusedAsync("Night", force: true, default)), StringComparison.Ordinal);
    }

    private static VirtualMachine Has(FakeHost host, string name, int id, VmMigrationOptions options, VmPowerState state = VmPowerState.Running)
    {
        VirtualMachine vm = Given.Vm(name, id, host.Registration.Name) with { State = state };
        host.Vms = [.. host.Vms, vm];
        if (options != VmMigrationOptions.Empty)
        {
            host.VmOptions[vm.Uuid] = new(vm.Uuid, name, options);
        }

        return vm;
    }

    private void Store(Func<ClusterMigrationOptions, ClusterMigrationOptions> change) => new OptionCatalog(_store).Set("c1", change);

    private Task<OptionConflictException> ConflictAsync(Func<ClusterMigrationOptions, ClusterMigrationOptions> change) =>
        Assert.ThrowsAsync<OptionConflictException>(() => _editor.ProposeAsync("c1", change, force: false, default));
}
