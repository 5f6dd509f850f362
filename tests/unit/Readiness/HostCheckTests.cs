using VirtMigration.Inventory;
using VirtMigration.Readiness;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Readiness;

/// <summary>The checks of a host by itself, each on both of its sides.</summary>
public sealed class HostCheckTests
{
    [Theory]
    [InlineData("QEMU", "")]
    [InlineData("TEST", "Blocker HypervisorNotQemu")]
    public void Only_QEMU_migrates(string driver, string found) =>
        Assert.Equal(found, new DriverCheck().Finds(GivenReadiness.Subject().Facts(facts => facts with { Hypervisor = driver })));

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Blocker ConnectionReadOnly")]
    public void A_connection_that_may_only_read_blocks(bool readOnly, string found) =>
        Assert.Equal(found, new ConnectionCheck().Finds(GivenReadiness.Subject().Facts(facts => facts with { ReadOnly = readOnly })));

    [Theory]
    [InlineData(2, "")]
    [InlineData(1, "Blocker HostUuidTaken")]
    public void Two_names_with_one_UUID_block(int other, string found)
    {
        HostSubject subject = GivenReadiness.Subject() with { Others = [Given.Host("h2") with { Facts = Given.Facts(other) }] };
        Assert.Equal(found, new HostUuidCheck().Finds(subject));
        Assert.True(found.Length == 0 || new HostUuidCheck().Says(subject).Contains("as h2 has", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("qemu+tls://h1/system", "")]
    [InlineData("qemu://h1/system", "")]
    [InlineData("qemu+ssh://h1/system", "")]
    [InlineData("qemu+ssh://root@h1/system", "")]
    [InlineData("qemu+tcp://10.0.0.1:16509/system", "")]
    [InlineData("qemu+ssh://me@h1/system", "Warning PeerUriUser")]
    [InlineData("qemu+libssh2://you@h1/system", "Warning PeerUriUser")]
    [InlineData("qemu+ssh://h1/session", "Warning PeerUriSession")]
    [InlineData("qemu:///system", "Blocker PeerUriLocal")]
    [InlineData("qemu+unix:///system?socket=/run/libvirt/libvirt-sock", "Blocker PeerUriLocal")]
    [InlineData("qemu+tcp://localhost/system", "Blocker PeerUriLocal")]
    [InlineData("qemu+tcp://127.0.0.1/system", "Blocker PeerUriLocal")]
    [InlineData("qemu+tcp://[::1]/system", "Blocker PeerUriLocal")]
    [InlineData("test:///default", "Blocker PeerUriUnusable")]
    [InlineData("h1", "Blocker PeerUriUnusable")]
    public void A_peer_URI_must_be_of_use_to_root_on_other_hosts(string uri, string found) =>
        Assert.Equal(found, new PeerUriCheck().Finds(GivenReadiness.Subject().Registered(host => host with { PeerUri = uri })));

    [Fact]
    public void A_peer_URI_with_the_user_of_this_shell_is_named_as_such()
    {
        PeerUriCheck check = new();
        Assert.Contains("me, the user of this shell", check.Says(GivenReadiness.Subject().Registered(host => host with { PeerUri = "qemu+ssh://me@h1/system" })), StringComparison.Ordinal);
        Assert.DoesNotContain("this shell", check.Says(GivenReadiness.Subject().Registered(host => host with { PeerUri = "qemu+ssh://you@h1/system" })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", null, "Warning HostNameLocal")]
    [InlineData("localhost.localdomain", null, "Warning HostNameLocal")]
    [InlineData("localhost", "10.0.8.11", "")]
    [InlineData("h1.example", null, "")]
    [InlineData("localhosted.example", null, "")]
    public void A_host_that_calls_itself_localhost_needs_a_migration_address(string name, string? address, string found) => Assert.Equal(
        found,
        new HostNameCheck().Finds(GivenReadiness.Subject().Facts(facts => facts with { HostName = name }).Registered(host => host with { MigrationAddress = address })));

    [Theory]
    [InlineData(null, null, "Warning MigrationAddressNotStated")]
    [InlineData("10.0.8.11", null, "")]
    [InlineData("10.0.8.11", "10.0.8.0/24", "")]
    [InlineData("10.0.9.11", "10.0.8.0/24", "Blocker MigrationAddressOutsideNetwork")]
    [InlineData(null, "10.0.8.0/24", "Blocker MigrationAddressOutsideNetwork")]
    [InlineData("127.0.1.1", null, "Blocker MigrationAddressLocal")]
    [InlineData("localhost", null, "Blocker MigrationAddressLocal")]
    [InlineData("0.0.0.0", null, "Blocker MigrationAddressLocal")]
    public void A_migration_address_must_be_there_and_in_the_clusters_network(string? address, string? network, string found) => Assert.Equal(
        found,
        new MigrationAddressCheck().Finds(GivenReadiness.Subject()
            .Registered(host => host with { MigrationAddress = address })
            .InCluster(cluster => cluster with { MigrationNetwork = network })));

    [Theory]
    [InlineData("10Gbps", null, "")]
    [InlineData(null, "eth1", "")]
    [InlineData(null, "eth9", "Warning LinkSpeedUnknown")]
    [InlineData(null, null, "Warning LinkSpeedUnknown")]
    public void A_link_whose_speed_nobody_states_is_unknown(string? stated, string? nic, string found)
    {
        HostSubject subject = GivenReadiness.Subject()
            .Registered(host => host with { LinkSpeed = stated is null ? null : Bandwidth.Parse(stated), MigrationInterface = nic })
            .Facts(facts => facts with { LinkSpeeds = new Dictionary<string, Bandwidth> { ["eth1"] = Bandwidth.Parse("25Gbps") } });
        Assert.Equal(found, new LinkSpeedCheck().Finds(subject));
        Assert.True(nic != "eth9" || new LinkSpeedCheck().Says(subject).Contains("does not tell a speed of eth9", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("11.2.9", "9.0", "")]
    [InlineData("11.3.0", "9.0", "Warning PostCopyRecoveryCrashes; Info TunnelledEncryptionCrashes")]
    [InlineData("11.3.7", "9.0", "Warning PostCopyRecoveryCrashes; Info TunnelledEncryptionCrashes")]
    [InlineData("11.4.0", "9.0", "")]
    [InlineData("9.0.0", "7.1.9", "")]
    [InlineData("9.0.0", "7.2.0", "Info ParallelPostCopyLosesVm; Info EmulationLosesPages; Info DirtyBitmapCrashes")]
    [InlineData("9.0.0", "8.0.0", "")]
    public void Releases_that_are_known_to_do_wrong_are_named(string libvirt, string qemu, string found) =>
        Assert.Equal(found, new KnownDefectCheck().Finds(GivenReadiness.Subject().WithVersions(libvirt, qemu)));

    [Fact]
    public void A_QEMU_of_an_unknown_version_is_known_to_do_nothing_wrong() =>
        Assert.Empty(new KnownDefectCheck().Check(GivenReadiness.Subject().WithVersions("9.0", "7.2").Facts(facts => facts with { HypervisorVersion = null })));

    [Theory]
    [InlineData(0, "Info MemoryPortsUnknown")]
    [InlineData(63, "Info MemoryPortsUnknown")]
    [InlineData(64, "Blocker MemoryPortsTaken; Info MemoryPortsUnknown")]
    [InlineData(null, "Warning IncomingUnknown; Info MemoryPortsUnknown")]
    public void Each_incoming_migration_takes_one_of_64_ports(int? incoming, string found) =>
        Assert.Equal(found, new MemoryPortsCheck().Finds(GivenReadiness.Subject() with { Load = incoming is int count ? new() { Incoming = count } : null }));

    [Theory]
    [InlineData(null, "11.3", "Info EncryptionOff")]
    [InlineData(false, "11.3", "Info EncryptionOff")]
    [InlineData(true, "11.3", "Info CertificatesUnknown")]
    [InlineData(true, "3.1", "Blocker EncryptionNotSupported")]
    [InlineData(true, "3.2", "Info CertificatesUnknown")]
    public void Certificates_are_unknown_and_too_old_is_too_old(bool? encrypted, string libvirt, string found) => Assert.Equal(
        found,
        new EncryptionCheck().Finds(GivenReadiness.Subject().WithVersions(libvirt, "8.2").InCluster(cluster => cluster with { Encryption = encrypted })));

    [Fact]
    public void Whether_post_copy_can_come_is_unknown() => Assert.Equal("Info UserfaultfdUnknown", new UserfaultfdCheck().Finds(GivenReadiness.Subject()));

    [Fact]
    public void What_a_version_cannot_do_is_listed_in_one_finding()
    {
        TechniqueCheck check = new();
        HostFinding old = Assert.Single(check.Check(GivenReadiness.Subject().WithVersions("8.4", "7.0")));
        Assert.Equal("TechniquesMissing", old.Id);
        foreach (string text in (string[])["does without 4", "zero-copy needs libvirt 8.5, h1 has 8.4", "compression of parallel connections needs libvirt 9.4", "a switchover bandwidth needs QEMU 8.2"])
        {
            Assert.Contains(text, old.Present, StringComparison.Ordinal);
        }

        Assert.Contains("with the transfer needs libvirt 11.1", check.Says(GivenReadiness.Subject().WithVersions("10.0", "10.1")), StringComparison.Ordinal);
        Assert.DoesNotContain("switchover", check.Says(GivenReadiness.Subject().WithVersions("11.1", "10.1")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_probe_that_was_left_is_said_and_other_VMs_are_none()
    {
        VirtualMachine probe = Given.Vm() with { Name = ProbeName.Of(Given.Id(5)), Uuid = Given.Id(5) };
        LeftoverProbeCheck check = new();
        Assert.Empty(check.Check(GivenReadiness.Subject() with { Vms = [Given.Vm(), probe with { Uuid = Given.Id(6) }] }));
        Assert.Empty(check.Check(GivenReadiness.Subject() with { Vms = null }));
        HostSubject subject = GivenReadiness.Subject() with { Vms = [Given.Vm(), probe] };
        Assert.Equal("Warning ProbeLeftOver", check.Finds(subject));
        Assert.Contains($"virsh -c qemu+ssh://me@h1/system destroy {probe.Name}", check.Says(subject), StringComparison.Ordinal);
    }
}
