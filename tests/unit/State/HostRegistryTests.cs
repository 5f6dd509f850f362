using VirtMigration.Inventory;
using VirtMigration.State;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class HostRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HostRegistry _registry;

    public HostRegistryTests() => _registry = new(new ClusterFile(_folder.Path));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hosts_are_listed_by_name()
    {
        Register("h3", "H1", "h2");
        Assert.Equal(["H1", "h2", "h3"], _registry.All().Select(host => host.Name));
    }

    [Fact]
    public void A_host_is_found_without_regard_to_case()
    {
        Register("Host-A");
        Assert.Equal("Host-A", _registry.Find("hOST-a").Name);
    }

    [Theory]
    [InlineData("prod-1", "'prod-01'")]
    [InlineData("prod", "'prod-01', 'prod-02'")]
    [InlineData("PROD-03", "'prod-01', 'prod-02'")]
    public void A_name_nobody_has_is_answered_with_the_nearest(string name, string nearest)
    {
        Register("prod-01", "prod-02", "backup");
        UnknownNameException error = Assert.Throws<UnknownNameException>(() => _registry.Find(name));
        Assert.Equal("HostNotFound", error.ErrorId);
        Assert.Contains($"Did you mean {nearest}", error.Message, StringComparison.Ordinal);
        Assert.Contains("Get-VmHost", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_name_is_near_none_is_offered()
    {
        Register("prod-01");
        Assert.DoesNotContain("Did you mean", Assert.Throws<UnknownNameException>(() => _registry.Find("zzz")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_host_it_says_that_there_is_none() =>
        Assert.Contains("There is no host at all", Assert.Throws<UnknownNameException>(() => _registry.Find("h1")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_cluster_has_its_hosts_and_is_found_without_regard_to_case()
    {
        Register("h1", "h2");
        _registry.Register(Given.Registration("h3", "c2"), replace: false);
        Assert.Equal(["h1", "h2"], _registry.OfCluster("C1").Select(host => host.Name));
        UnknownNameException error = Assert.Throws<UnknownNameException>(() => _registry.OfCluster("c3"));
        Assert.Equal("ClusterNotFound", error.ErrorId);
        Assert.Contains("'c1', 'c2'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_taken_once_whatever_its_case()
    {
        Register("h1");
        HostRegistration again = Given.Registration("h1") with { Name = "H1", ConnectUri = "qemu+ssh://root@other/system" };
        Refused("HostAlreadyRegistered", again);
        _registry.Register(again, replace: true);
        Assert.Equal(("H1", again.ConnectUri), (Assert.Single(_registry.All()).Name, _registry.Find("h1").ConnectUri));
    }

    [Fact]
    public void An_address_is_taken_once_even_when_replacing()
    {
        Register("h1", "h2");
        HostRegistration twin = Given.Registration("h2") with { ConnectUri = Given.Registration("h1").ConnectUri };
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => _registry.Register(twin, replace: true));
        Assert.Equal("HostUriTaken", error.ErrorId);
        Assert.Contains("'h1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_may_be_replaced_by_one_of_its_own_address()
    {
        Register("h1");
        _registry.Register(Given.Registration("h1", "c9"), replace: true);
        Assert.Equal("c9", _registry.Find("h1").Cluster);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("h 1")]
    [InlineData("h*")]
    [InlineData("h?")]
    [InlineData("[h1]")]
    [InlineData("h1,h2")]
    [InlineData("a/b")]
    [InlineData("it's")]
    public void A_name_must_be_one_that_can_be_typed(string name) => Refused("HostNameInvalid", Given.Registration("h1") with { Name = name });

    [Theory]
    [InlineData("h1")]
    [InlineData("")]
    [InlineData("qemu:system")]
    [InlineData("/run/libvirt/libvirt-sock")]
    [InlineData("file:///system")]
    [InlineData("rdma://10.0.8.11")]
    public void An_address_must_be_a_libvirt_URI(string uri)
    {
        Refused("HostUriInvalid", Given.Registration("h1") with { ConnectUri = uri });
        Refused("HostUriInvalid", Given.Registration("h1") with { PeerUri = uri });
    }

    [Theory]
    [InlineData("qemu:///system")]
    [InlineData("qemu+ssh://root@h1/system?keyfile=/root/.ssh/id")]
    [InlineData("qemu+unix:///system?socket=/run/h1/sock")]
    [InlineData("qemu+tls://[fd00::11]/system")]
    [InlineData("test:///default")]
    public void A_libvirt_URI_is_taken(string uri)
    {
        _registry.Register(Given.Registration("h1") with { ConnectUri = uri }, replace: false);
        Assert.Equal(uri, _registry.Find("h1").ConnectUri);
    }

    [Theory]
    [InlineData("tcp://10.0.8.11")]
    [InlineData("10.0.8.11:49152")]
    [InlineData("a b")]
    public void A_migration_address_is_an_address_alone(string address) =>
        Refused("MigrationAddressInvalid", Given.Registration("h1") with { MigrationAddress = address });

    [Theory]
    [InlineData("0bps")]
    [InlineData("0Gbps")]
    [InlineData("unlimited")]
    public void A_link_that_carries_nothing_or_everything_is_none(string speed) =>
        Refused("LinkSpeedInvalid", Given.Registration("h1") with { LinkSpeed = Bandwidth.Parse(speed) });

    [Theory]
    [InlineData(null)]
    [InlineData("1Mbps")]
    [InlineData("400Gbps")]
    public void A_link_speed_is_kept(string? speed)
    {
        _registry.Register(Given.Registration("h1") with { LinkSpeed = speed is null ? null : Bandwidth.Parse(speed) }, replace: false);
        Assert.Equal(speed is null ? null : Bandwidth.Parse(speed), _registry.Find("h1").LinkSpeed);
    }

    [Theory]
    [InlineData("10.0.8.11")]
    [InlineData("fd00::11")]
    [InlineData("[fd00::11]")]
    [InlineData("h1-mig.example")]
    public void A_migration_address_is_a_name_or_an_IP_address(string address)
    {
        _registry.Register(Given.Registration("h1") with { MigrationAddress = address }, replace: false);
        Assert.Equal(address, _registry.Find("h1").MigrationAddress);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void What_was_registered_can_be_read_again_or_was_refused(string cluster)
    {
        VirtMigrationException? refused = null;
        try
        {
            _registry.Register(Given.Registration("h1", cluster), replace: false);
        }
        catch (VirtMigrationException error)
        {
            refused = error;
        }

        Assert.Equal(refused is null ? 1 : 0, _registry.All().Count);
    }

    [Fact]
    public void A_host_is_removed_without_regard_to_case()
    {
        Register("h1", "h2");
        _registry.Unregister("H1");
        Assert.Equal("h2", Assert.Single(_registry.All()).Name);
        Assert.Throws<UnknownNameException>(() => _registry.Unregister("h1"));
    }

    private void Register(params string[] names)
    {
        foreach (string name in names)
        {
            _registry.Register(Given.Registration(name), replace: false);
        }
    }

    private void Refused(string errorId, HostRegistration host)
    {
        Assert.Equal(errorId, Assert.Throws<VirtMigrationException>(() => _registry.Register(host, replace: false)).ErrorId);
        Assert.DoesNotContain(host, _registry.All());
    }
}
