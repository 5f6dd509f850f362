using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>Whether memory goes encrypted, and can. Certificates cannot be seen over libvirt.</summary>
public sealed class EncryptionCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string cluster = subject.Cluster.Cluster;
        return subject.Cluster.Encryption != true
            ? [subject.Info("EncryptionOff", "memory sent encrypted, where the migration network is not trusted", $"is of cluster '{cluster}', which sends it in clear",
                $"With certificates on all hosts: Set-ClusterMigrationOption {cluster} -Encryption $true.")]
            : VersionGates.Tls.MissingOn(subject.Host) is string missing
                ? [subject.Blocker("EncryptionNotSupported", $"encryption, which cluster '{cluster}' asks for", $"is too old: {missing}",
                    $"Update it, or send in clear: Set-ClusterMigrationOption {cluster} -Encryption $false.")]
                : [subject.Info("CertificatesUnknown", "a server and a client certificate for QEMU, of an authority that all hosts trust, not expired",
                    "does not tell its certificates",
                    $"See: ssh {subject.Name} openssl verify -CAfile /etc/pki/qemu/ca-cert.pem /etc/pki/qemu/server-cert.pem /etc/pki/qemu/client-cert.pem (or where qemu.conf says). Tried by: Test-VmHost -Probe.")];
    }
}
