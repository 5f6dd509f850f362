using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>Certificates cannot be seen over libvirt: that a handshake fails is known only when it does, before anything is sent.</summary>
public sealed class EncryptionCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Plan?.Transfer.Uses(MigrationTechniques.Tls) == true
            ? [candidate.Info("EncryptionUnknown", $"a certificate for {candidate.Plan.Transfer.TlsDestination ?? "the name it is reached by"} that {candidate.Source.Name} trusts",
                "does not tell its certificates",
                $"See: ssh {candidate.Destination.Name} openssl x509 -noout -subject -ext subjectAltName -enddate -in /etc/pki/qemu/server-cert.pem (or where qemu.conf says).")]
            : [];
    }
}
