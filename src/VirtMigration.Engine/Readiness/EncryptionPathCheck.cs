using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>Encryption works between two hosts where each has a certificate that the other trusts, and the destination's is for the name
/// that it is reached by. That is tried, or unknown.</summary>
public sealed class EncryptionPathCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (pair.Destination.Cluster.Encryption != true || (pair.Tried && pair.Probe!.Encrypted))
        {
            return [];
        }

        HostRegistration host = pair.Destination.Host.Registration;
        string name = host.MigrationAddress is not null && Uri.TryCreate(host.PeerUri, UriKind.Absolute, out Uri? peer) && peer.Host.Length > 0
            ? peer.DnsSafeHost
            : pair.Destination.Host.Facts.HostName;
        return
        [
            pair.Warning("EncryptionUnknown", $"a certificate of {pair.Destination.Name} for '{name}' that {pair.Source.Name} trusts, and one of {pair.Source.Name} that {pair.Destination.Name} trusts",
                "it was not tried",
                $"See: ssh {pair.Destination.Name} openssl x509 -noout -ext subjectAltName -enddate -in /etc/pki/qemu/server-cert.pem (or where qemu.conf says). Or let it be tried: {pair.ProbeCommand}."),
        ];
    }
}
