using VirtMigration.Policies;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class PolicyCatalogTests : IDisposable
{
    private static readonly MigrationPolicy s_night = BuiltInPolicies.Default with { Name = "Night", BuiltIn = false };

    private readonly TemporaryFolder _folder = new();
    private readonly PolicyCatalog _catalog;

    public PolicyCatalogTests() => _catalog = new(new ClusterFile(_folder.Path));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_products_own_are_there_without_any_file()
    {
        Assert.Equal(["MinimalDowntime", "PostCopy", "SuspendWorkloadIfNeeded", "VeryLarge"], _catalog.All().Select(policy => policy.Name));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void All_are_listed_by_name_and_found_without_regard_to_case()
    {
        _catalog.Add(s_night);
        _catalog.Add(s_night with { Name = "adagio" });
        Assert.Equal(["adagio", "MinimalDowntime", "Night", "PostCopy", "SuspendWorkloadIfNeeded", "VeryLarge"], _catalog.All().Select(policy => policy.Name));
        Assert.Equal("Night", _catalog.Find("NIGHT").Name);
        Assert.True(_catalog.Find("verylarge").BuiltIn);
    }

    [Fact]
    public void A_name_nobody_has_is_answered_with_the_nearest_of_both_kinds()
    {
        _catalog.Add(s_night);
        UnknownNameException error = Assert.Throws<UnknownNameException>(() => _catalog.Find("Nigth"));
        Assert.Equal("PolicyNotFound", error.ErrorId);
        Assert.Contains("'Night'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'VeryLarge'", Assert.Throws<UnknownNameException>(() => _catalog.Find("VeryLagre")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MinimalDowntime")]
    [InlineData("POSTCOPY")]
    [InlineData("SuspendWorkloadIfNeeded")]
    [InlineData("VeryLarge")]
    public void The_products_own_cannot_be_added_again_replaced_or_removed(string name)
    {
        Refused("PolicyExists", () => _catalog.Add(s_night with { Name = name }));
        Refused("PolicyBuiltIn", () => _catalog.Replace(s_night with { Name = name }));
        Refused("PolicyBuiltIn", () => _catalog.Remove(name));
        Assert.Equal(BuiltInPolicies.All, _catalog.All());
    }

    [Fact]
    public void A_name_is_taken_once_whatever_its_case()
    {
        _catalog.Add(s_night);
        Refused("PolicyExists", () => _catalog.Add(s_night with { Name = "NIGHT" }));
        Assert.Single(_catalog.All(), policy => !policy.BuiltIn);
    }

    [Fact]
    public void A_policy_is_replaced_by_one_of_its_name()
    {
        _catalog.Add(s_night);
        _catalog.Add(s_night with { Name = "Day" });
        _catalog.Replace(s_night with { Name = "NIGHT", MaxConcurrent = 9 });
        Assert.Equal(("NIGHT", 9, 2), (_catalog.Find("Night").Name, _catalog.Find("Night").MaxConcurrent, _catalog.Find("Day").MaxConcurrent));
        Refused("PolicyNotFound", () => _catalog.Replace(s_night with { Name = "Noon" }));
    }

    [Fact]
    public void A_policy_is_removed_without_regard_to_case()
    {
        _catalog.Add(s_night);
        _catalog.Add(s_night with { Name = "Day" });
        _catalog.Remove("NIGHT");
        Assert.Equal("Day", Assert.Single(_catalog.All(), policy => !policy.BuiltIn).Name);
        Refused("PolicyNotFound", () => _catalog.Remove("Night"));
    }

    [Fact]
    public void What_breaks_a_rule_is_neither_added_nor_put_in_anothers_place()
    {
        _catalog.Add(s_night);
        Refused("PolicyWithoutEnd", () => _catalog.Add(s_night with { Name = "Endless", Schedule = [] }));
        Refused("PolicyWithoutEnd", () => _catalog.Replace(s_night with { Schedule = [] }));
        Assert.Equal(s_night.Schedule, Assert.Single(_catalog.All(), policy => !policy.BuiltIn).Schedule);
    }

    [Fact]
    public void A_copy_of_one_of_the_products_own_is_an_operators_own()
    {
        _catalog.Add(BuiltInPolicies.VeryLarge with { Name = "Mine" });
        Assert.False(_catalog.Find("Mine").BuiltIn);
        _catalog.Remove("Mine");
    }

    // Written by hand, or before a newer version of the product took the name for itself.
    [Fact]
    public void A_stored_policy_with_the_name_of_one_of_the_products_own_does_not_take_its_place()
    {
        new ClusterFile(_folder.Path).Update(state => state with { Policies = [s_night, s_night with { Name = "POSTCOPY" }] });
        Assert.True(_catalog.Find("PostCopy").BuiltIn);
        Assert.Equal(["MinimalDowntime", "Night", "PostCopy", "SuspendWorkloadIfNeeded", "VeryLarge"], _catalog.All().Select(policy => policy.Name));
    }

    private static void Refused(string errorId, Action action)
    {
        VirtMigrationException error = Assert.ThrowsAny<VirtMigrationException>(action);
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
    }
}
