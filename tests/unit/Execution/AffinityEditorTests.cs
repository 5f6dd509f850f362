using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

public sealed class AffinityEditorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _h1 = new("h1");
    private readonly FakeHost _h2 = new("h2");
    private readonly FakeHypervisor _hypervisor;
    private readonly ClusterFile _store;
    private readonly AffinityEditor _editor;

    public AffinityEditorTests()
    {
        _hypervisor = new(_h1, _h2);
        _store = new(_folder.Path);
        HostRegistry registry = new(_store);
        registry.Register(Given.Registration("h1"), replace: false);
        registry.Register(Given.Registration("h2"), replace: false);
        _editor = new(_hypervisor, registry);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_would_be_made_is_said_and_nothing_is_stored()
    {
        byte[] before = File.ReadAllBytes(_store.FilePath);
        AffinityChange change = await _editor.ProposeAsync(Group("db", AffinityRule.Apart, true, 1, 2), default);
        Assert.Equal("Add affinity group 'db' of cluster 'c1': vm1, vm2 apart, mandatory", change.ToString());
        Assert.Empty(change.Warnings);
        Assert.Equal(before, File.ReadAllBytes(_store.FilePath));
        Assert.Empty(_h1.Calls);
    }

    [Fact]
    public async Task What_would_change_is_said_before_and_after()
    {
        new AffinityCatalog(_store).Add(Group("db", AffinityRule.Apart, false, 1, 2));
        AffinityChange change = await _editor.ProposeAsync("DB", null, new() { Add = [Given.Vm("vm3", 3)], Rule = AffinityRule.Together }, default);
        Assert.Equal("Affinity group 'db' of cluster 'c1': Rule Apart -> Together, Vms vm1, vm2 -> vm1, vm2, vm3", change.ToString());
        Assert.Equal("Affinity group 'db' of cluster 'c1': nothing changes", (await _editor.ProposeAsync("db", null, new() { Add = [Given.Vm("vm2", 2)] }, default)).ToString());
    }

    [Fact]
    public async Task What_cannot_be_kept_is_refused_before_it_is_stored_and_what_may_not_be_kept_is_a_warning()
    {
        new AffinityCatalog(_store).Add(Group("db", AffinityRule.Apart, true, 1, 2));
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => _editor.ProposeAsync(Group("all", AffinityRule.Together, true, 1, 2), default));
        Assert.Equal("AffinityConflict", error.ErrorId);
        Assert.Contains("'db'", Assert.Single((await _editor.ProposeAsync(Group("all", AffinityRule.Together, false, 1, 2), default)).Warnings), StringComparison.Ordinal);
        Assert.Equal(
            "AffinityGroupExists",
            (await Assert.ThrowsAsync<VirtMigrationException>(() => _editor.ProposeAsync(Group("Db", AffinityRule.Apart, false, 3, 4), default))).ErrorId);
    }

    [Fact]
    public async Task More_VMs_than_hosts_cannot_run_apart() =>
        Assert.Contains("3 VMs and cluster 'c1' 2 hosts", Assert.Single((await _editor.ProposeAsync(Group("db", AffinityRule.Apart, false, 1, 2, 3), default)).Warnings), StringComparison.Ordinal);

    [Theory]
    [InlineData("h1", null, "h2", null, true, "vm1: assigned to h1; vm2: assigned to h2")]
    [InlineData("h1,h2", null, "H2", null, true, null)]
    [InlineData("h1", null, null, "h1", true, "vm1: assigned to h1; vm2: excluded from h1")]
    [InlineData(null, "h2", null, "h1", true, "vm1: excluded from h2; vm2: excluded from h1")]
    [InlineData("h9", null, null, null, true, "vm1: assigned to h9")]
    [InlineData("h1", null, "h2", null, false, null)]
    public async Task VMs_that_must_be_together_need_a_host_in_common(string? assigned1, string? excluded1, string? assigned2, string? excluded2, bool mandatory, string? said)
    {
        States(_h1, 1, assigned1, excluded1);
        States(_h2, 2, assigned2, excluded2);
        IReadOnlyList<string> warnings = (await _editor.ProposeAsync(Group("db", AffinityRule.Together, mandatory, 1, 2, 3), default)).Warnings;
        if (said is null)
        {
            Assert.Empty(warnings);
            return;
        }

        Assert.EndsWith(said, Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_named_and_stands_in_nobodys_way()
    {
        _hypervisor.Silent.Add("h2");
        Assert.Contains("VMs on h2 were not looked at", Assert.Single((await _editor.ProposeAsync(Group("db", AffinityRule.Together, true, 1, 2), default)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void VMs_of_several_clusters_are_no_group()
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(
            () => AffinityGroup.Of("db", AffinityRule.Apart, false, [Given.Vm("vm1", 1), Given.Vm("vm2", 2) with { Cluster = "c2" }]));
        Assert.Equal("AffinityClustersDiffer", error.ErrorId);
        Assert.Contains("vm2 is in cluster 'c2'", error.Message, StringComparison.Ordinal);
    }

    private static void States(FakeHost host, int vm, string? assigned, string? excluded) => host.VmOptions[Given.Id(vm)] = new(Given.Id(vm), $"vm{vm}", new()
    {
        AssignedHosts = assigned is null ? null : HostNames.Parse(assigned),
        ExcludedHosts = excluded is null ? null : HostNames.Parse(excluded),
    });

    private static AffinityGroup Group(string name, AffinityRule rule, bool mandatory, params int[] vms) =>
        AffinityGroup.Of(name, rule, mandatory, [.. vms.Select(vm => Given.Vm($"vm{vm}", vm))]);
}
