using Newtonsoft.Json.Linq;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class AffinityCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ClusterFile _file;
    private readonly AffinityCatalog _catalog;

    public AffinityCatalogTests()
    {
        _file = new(_folder.Path);
        _catalog = new(_file);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_group_is_read_as_it_was_written()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        AffinityGroup group = Assert.Single(_catalog.All());
        Assert.Equal(("db", "c1", AffinityRule.Apart, true), (group.Name, group.Cluster, group.Rule, group.Mandatory));
        Assert.Equal([new(Given.Id(1), "vm1"), new(Given.Id(2), "vm2")], Assert.IsType<AffinityMember[]>(group.Vms));
        JToken stored = JObject.Parse(File.ReadAllText(_file.FilePath))["affinityGroups"]![0]!;
        Assert.Equal("Apart", stored["rule"]);
        Assert.Equal(1, JObject.Parse(File.ReadAllText(_file.FilePath))["schemaVersion"]);
    }

    [Fact]
    public void Names_are_unique_in_their_cluster_and_found_without_regard_to_case()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, false, 1, 2));
        Assert.Equal("AffinityGroupExists", Assert.Throws<VirtMigrationException>(() => _catalog.Add(Group("DB", AffinityRule.Apart, false, 3, 4))).ErrorId);
        Assert.Equal("db", _catalog.Find("Db", null).Name);
        _catalog.Add(Group("db", AffinityRule.Apart, false, 1, 2) with { Cluster = "c2" });
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => _catalog.Find("db", null));
        Assert.Equal("AffinityGroupAmbiguous", error.ErrorId);
        Assert.Contains("cluster 'c1', cluster 'c2'", error.Message, StringComparison.Ordinal);
        Assert.Equal("c2", _catalog.Find("db", "C2").Cluster);
        UnknownNameException unknown = Assert.Throws<UnknownNameException>(() => _catalog.Find("bd", "c1"));
        Assert.Equal(("AffinityGroupNotFound", "There is no affinity group 'bd' in cluster 'c1'. Did you mean 'db'?"), (unknown.ErrorId, unknown.Message));
    }

    [Fact]
    public void A_change_changes_one_group_alone()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        _catalog.Add(Group("web", AffinityRule.Together, false, 1, 3));
        AffinityGroup changed = _catalog.Change("DB", null, new() { NewName = "data", Add = [Vm(4)], Remove = [Named("vm2")], Rule = AffinityRule.Together, Mandatory = false });
        Assert.Equal(("data", AffinityRule.Together, false, "vm1 vm4"), (changed.Name, changed.Rule, changed.Mandatory, string.Join(' ', changed.Vms)));
        Assert.Equal(["data", "web"], _catalog.All().Select(group => group.Name));
        Assert.Equal("vm1 vm4", string.Join(' ', _catalog.Find("data", null).Vms));
        AffinityGroup same = _catalog.Change("web", null, new());
        Assert.Equal(("web", AffinityRule.Together, false, "vm1 vm3"), (same.Name, same.Rule, same.Mandatory, string.Join(' ', same.Vms)));
        Assert.Equal("AffinityGroupExists", Assert.Throws<VirtMigrationException>(() => _catalog.Change("web", null, new() { NewName = "DATA" })).ErrorId);
        Assert.Equal("WEB", _catalog.Change("web", null, new() { NewName = "WEB" }).Name);
    }

    [Fact]
    public void VMs_are_added_once_and_taken_out_by_what_the_group_knows_of_them()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2, 3, 4));
        Assert.Equal(4, _catalog.Change("db", null, new() { Add = [Vm(1), Vm(2)] }).Vms.Count);
        Assert.Equal("vm2 vm3", string.Join(' ', _catalog.Change("db", null, new() { Remove = [(new(Vm(1)), _ => false), (VmReference.Parse($"{Given.Id(4)}"), _ => false)] }).Vms));
        UnknownNameException error = Assert.Throws<UnknownNameException>(() => _catalog.Change("db", null, new() { Remove = [Named("vm9")] }));
        Assert.Equal("VmNotInAffinityGroup", error.ErrorId);
        Assert.Contains("no VM 'vm9' in affinity group 'db'", error.Message, StringComparison.Ordinal);
        Assert.Equal("AffinityTooFewVms", Assert.Throws<VirtMigrationException>(() => _catalog.Change("db", null, new() { Remove = [Named("vm2")] })).ErrorId);
        Assert.Equal(
            "AffinityClustersDiffer",
            Assert.Throws<VirtMigrationException>(() => _catalog.Change("db", null, new() { Add = [Vm(5) with { Cluster = "c2" }] })).ErrorId);
        Assert.Equal("vm2 vm3", string.Join(' ', _catalog.Find("db", null).Vms));
    }

    [Fact]
    public void A_group_is_removed_and_the_others_stay()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2) with { Cluster = "c2" });
        _catalog.Remove("DB", "c1");
        Assert.Equal(["c2"], _catalog.All().Select(group => group.Cluster));
        Assert.Equal("AffinityGroupNotFound", Assert.Throws<UnknownNameException>(() => _catalog.Remove("db", "c1")).ErrorId);
    }

    [Fact]
    public void What_contradicts_a_mandatory_group_is_not_stored()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => _catalog.Add(Group("all", AffinityRule.Together, true, 1, 2, 3)));
        Assert.Equal("AffinityConflict", error.ErrorId);
        Assert.Contains("'db'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'all'", error.Message, StringComparison.Ordinal);
        _catalog.Add(Group("all", AffinityRule.Together, false, 1, 2, 3));
        Assert.Equal("AffinityConflict", Assert.Throws<VirtMigrationException>(() => _catalog.Change("all", null, new() { Mandatory = true })).ErrorId);
        _catalog.Add(Group("all", AffinityRule.Together, true, 1, 2, 3) with { Cluster = "c2" });
    }

    [Fact]
    public void The_groups_of_a_VM_are_those_of_its_cluster()
    {
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        _catalog.Add(Group("web", AffinityRule.Together, true, 2, 3));
        _catalog.Add(Group("far", AffinityRule.Together, true, 2, 3) with { Cluster = "c2" });
        ClusterState state = _file.Load();
        Assert.Equal(["db", "web"], AffinityCatalog.Of(state, "C1", Given.Id(2)).Select(group => group.Name));
        Assert.Equal(["db"], AffinityCatalog.Of(state, "c1", Given.Id(1)).Select(group => group.Name));
        Assert.Empty(AffinityCatalog.Of(state, "c1", Given.Id(9)));
    }

    [Fact]
    public void Unregistering_hosts_leaves_groups_alone()
    {
        HostRegistry registry = new(_file);
        registry.Register(Given.Registration("h1"), replace: false);
        _catalog.Add(Group("db", AffinityRule.Apart, true, 1, 2));
        registry.Unregister("h1");
        Assert.Equal("db", Assert.Single(_catalog.All()).Name);
    }

    [Fact]
    public void What_this_version_does_not_know_is_kept()
    {
        string id = $"{Given.Id(1)}";
        File.WriteAllText(_file.FilePath, $$"""
            {"schemaVersion":1,"weather":"fine","affinityGroups":[{"name":"db","cluster":"c1","rule":"Apart","priority":7,
              "vms":[{"uuid":"{{id}}","name":"vm1","since":"2026-11-21T00:00:00Z"},{"uuid":"{{Given.Id(2)}}","name":"vm2"}]}]}
            """);
        _catalog.Change("db", null, new() { Mandatory = true, Add = [Vm(3)] });
        JObject stored = JObject.Parse(File.ReadAllText(_file.FilePath));
        Assert.Equal("fine", stored["weather"]);
        JToken group = Assert.Single(stored["affinityGroups"]!);
        Assert.Equal((7, true), ((int)group["priority"]!, (bool)group["mandatory"]!));
        Assert.Contains("\"2026-11-21T00:00:00Z\"", File.ReadAllText(_file.FilePath), StringComparison.Ordinal);
        Assert.Equal(3, group["vms"]!.Count());
    }

    [Theory]
    [InlineData("""{"name":"db","cluster":"c1","vms":[VMS]}""")]
    [InlineData("""{"name":"db","cluster":"c1","rule":"Near","vms":[VMS]}""")]
    [InlineData("""{"name":"db","cluster":"c1","rule":"Apart"}""")]
    [InlineData("""{"name":"db","cluster":"c1","rule":"Apart","vms":[]}""")]
    [InlineData("""{"name":"db","cluster":"c1","rule":"Apart","vms":[null,VMS]}""")]
    [InlineData("""{"name":"db","cluster":"c1","rule":"Apart","vms":[{"name":"vm9"},VMS]}""")]
    [InlineData("""{"name":"db","cluster":"","rule":"Apart","vms":[VMS]}""")]
    [InlineData("""{"name":"d b","cluster":"c1","rule":"Apart","vms":[VMS]}""")]
    [InlineData("""{"cluster":"c1","rule":"Apart","vms":[VMS]}""")]
    [InlineData("null")]
    public void What_was_written_by_hand_and_is_no_group_is_never_guessed_at(string group)
    {
        string vms = string.Join(',', new[] { 1, 2 }.Select(vm => $$"""{"uuid":"{{Given.Id(vm)}}","name":"vm{{vm}}"}"""));
        File.WriteAllText(_file.FilePath, $$"""{"schemaVersion":1,"affinityGroups":[{{group.Replace("VMS", vms, StringComparison.Ordinal)}}]}""");
        Assert.Equal("ClusterFileCorrupt", Assert.Throws<VirtMigrationException>(() => _catalog.All()).ErrorId);
    }

    private static (VmReference, Func<string, bool>) Named(string name) => (VmReference.Parse(name), known => known == name);

    private static VirtualMachine Vm(int id) => Given.Vm($"vm{id}", id);

    private static AffinityGroup Group(string name, AffinityRule rule, bool mandatory, params int[] vms) => AffinityGroup.Of(name, rule, mandatory, [.. vms.Select(Vm)]);
}
