namespace VirtMigration.Readiness;

/// <summary>The source's daemon logs in to the destination's by itself. Whether it can is not to be seen from here: it is tried, or
/// unknown.</summary>
public sealed class LoginCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        string uri = pair.Destination.Host.Registration.PeerUri;
        return pair.Tried
            ? []
            : [pair.Info("LoginUnknown", $"a login of {pair.Source.Name}'s daemon, as root, at {uri}", "it was not tried",
                $"See, as root on {pair.Source.Name}: virsh -c {uri} version{Certificates(uri)}. Or let it be tried: {pair.ProbeCommand}.")];
    }

    // Without a transport libvirt takes TLS.
    private static string Certificates(string uri) =>
        uri.StartsWith("qemu+tls:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("qemu:", StringComparison.OrdinalIgnoreCase)
            ? " (and virt-pki-validate on both hosts)"
            : string.Empty;
}
