using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class EncryptionRuleTests
{
    [Theory]
    [InlineData(null, null, null, false, SettingOrigin.Default)]
    [InlineData(null, null, true, true, SettingOrigin.Cluster)]
    [InlineData(null, false, true, false, SettingOrigin.Vm)]
    [InlineData(null, true, false, true, SettingOrigin.Vm)]
    [InlineData(false, true, true, false, SettingOrigin.Parameter)]
    [InlineData(true, false, false, true, SettingOrigin.Parameter)]
    public void It_follows_whoever_is_strongest(bool? parameter, bool? vm, bool? cluster, bool encrypted, SettingOrigin origin)
    {
        MigrationPlan plan = Given.Request()
            .Asking(it => it with { Encryption = parameter })
            .Stating(new() { Encryption = vm })
            .InCluster(it => it with { Encryption = cluster })
            .Planned();
        Assert.Equal(encrypted, plan.Transfer.Uses(MigrationTechniques.Tls));
        Assert.Equal((encrypted ? "on" : "off", origin), (plan.Decision("Encryption").Taken, plan.Decision("Encryption").Origin));
        Assert.Empty(plan.Warnings);
    }

    // What was to be encrypted is never sent in clear instead.
    [Theory]
    [InlineData("3.1.99", "2.7", "h1")]
    [InlineData("3.2", "2.6.99", "h1")]
    [InlineData("3.1.99", "2.7", "h2")]
    [InlineData("3.2", "2.6.99", "h2")]
    public void On_hosts_too_old_it_is_refused_whoever_asked(string libvirt, string qemu, string host)
    {
        foreach (MigrationRequest asking in new[]
            {
                Given.Request().Asking(it => it with { Encryption = true }),
                Given.Request().Stating(new() { Encryption = true }),
                Given.Request().InCluster(it => it with { Encryption = true }),
            })
        {
            MigrationRequest request = host == "h1"
                ? asking with { Source = asking.Source.WithVersions(libvirt, qemu) }
                : asking with { Destination = asking.Destination.WithVersions(libvirt, qemu) };
            Assert.Contains(host, request.Refused("EncryptionNotSupported").Message, StringComparison.Ordinal);
        }
    }

    // Memory goes to the migration address, and the certificate has the host's name.
    [Theory]
    [InlineData("10.78.0.2", "qemu+tls://h2.example/system", true, "h2.example")]
    [InlineData("10.78.0.2", "qemu+ssh://root@h2.example:2222/system?no_verify=1", true, "h2.example")]
    [InlineData("10.78.0.2", "qemu+tls://192.168.1.2/system", true, "192.168.1.2")]
    [InlineData("10.78.0.2", "qemu+tls://[fd00::2]/system", true, "fd00::2")]
    [InlineData("10.78.0.2", "qemu+unix:///system?socket=/run/h2", true, null)]
    [InlineData(null, "qemu+tls://h2.example/system", true, null)]
    [InlineData("10.78.0.2", "qemu+tls://h2.example/system", false, null)]
    public void The_certificates_name_is_that_of_the_peer_address(string? migrationAddress, string peerUri, bool encrypted, string? name)
    {
        MigrationRequest request = Given.Request().Asking(it => it with { Encryption = encrypted });
        Assert.Equal(name, (request with
        {
            Destination = request.Destination with
            {
                Registration = request.Destination.Registration with { MigrationAddress = migrationAddress, PeerUri = peerUri },
            },
        }).Planned().Transfer.TlsDestination);
    }

    [Theory]
    [InlineData("5.9.99", null)]
    [InlineData("6.0", "h2")]
    public void Daemons_that_cannot_be_told_the_name_are_not_told_it(string libvirt, string? name)
    {
        MigrationRequest request = Given.Request().Asking(it => it with { Encryption = true }).WithVersions(libvirt, "4.0");
        Assert.Equal(name, (request with
        {
            Destination = request.Destination with { Registration = request.Destination.Registration with { MigrationAddress = "10.78.0.2" } },
        }).Planned().Transfer.TlsDestination);
    }
}
