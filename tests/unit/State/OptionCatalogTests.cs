using VirtMigration.Options;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class OptionCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ClusterFile _file;
    private readonly OptionCatalog _catalog;

    public OptionCatalogTests()
    {
        _file = new(_folder.Path);
        _catalog = new(_file);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cluster_that_states_nothing_has_its_name_and_nothing_else() => Assert.Equal(new() { Cluster = "c1" }, _catalog.Of("c1"));

    [Fact]
    public void A_change_is_made_on_what_is_stored_and_leaves_other_clusters_alone()
    {
        _catalog.Set("c1", it => it with { Encryption = true });
        _catalog.Set("c2", it => it with { MaxConcurrent = 5 });
        Assert.Equal(new() { Cluster = "c1", Encryption = true, Policy = "VeryLarge" }, _catalog.Set("C1", it => it with { Policy = "VeryLarge" }));
        Assert.Equal(new() { Cluster = "c2", MaxConcurrent = 5 }, _catalog.Of("c2"));
        Assert.Equal(2, _file.Load().Clusters.Count);
    }

    [Fact]
    public void An_option_is_taken_back_with_nothing_stated()
    {
        _catalog.Set("c1", it => it with { Encryption = true, MaxConcurrent = 2 });
        Assert.Equal(new() { Cluster = "c1", MaxConcurrent = 2 }, _catalog.Set("c1", it => it with { Encryption = null }));
    }

    // Hosts' registrations keep a cluster's name; a cluster that states nothing any more needs no entry of its own.
    [Fact]
    public void A_cluster_that_states_nothing_any_more_is_left_out()
    {
        _catalog.Set("c1", it => it with { Encryption = true });
        _catalog.Set("c1", it => it with { Encryption = null });
        Assert.Empty(_file.Load().Clusters);
    }

    [Fact]
    public void What_breaks_a_rule_is_not_stored()
    {
        _catalog.Set("c1", it => it with { MaxConcurrent = 2 });
        Assert.Equal("ConcurrencyInvalid", Assert.Throws<VirtMigrationException>(() => _catalog.Set("c1", it => it with { MaxConcurrent = 0 })).ErrorId);
        Assert.Equal(2, _catalog.Of("c1").MaxConcurrent);
    }

    [Fact]
    public void Hosts_and_policies_stay_as_they_are()
    {
        _file.Update(state => state with { Hosts = [Given.Registration("h1")] });
        _catalog.Set("c1", it => it with { ParallelConnections = ParallelChoice.Auto });
        Assert.Equal("h1", Assert.Single(_file.Load().Hosts).Name);
    }
}
