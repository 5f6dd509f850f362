using System.Buffers;
using VirtMigration.Inventory;

namespace VirtMigration.State;

/// <summary>What a host's name and addresses must be like.</summary>
public static class RegistrationRules
{
    private static readonly SearchValues<char> s_notInNames = SearchValues.Create(" \t*?[]/\\'\",");

    /// <summary>Fills in what can be derived: without a peer URI, other hosts reach this one by the URI that this shell uses.</summary>
    /// <param name="host">The registration; an empty peer URI is to be derived.</param>
    /// <exception cref="VirtMigrationException">PeerUriNeeded: the URI has no host in it, and means another host elsewhere.</exception>
    public static HostRegistration Complete(HostRegistration host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!string.IsNullOrWhiteSpace(host.PeerUri))
        {
            return host;
        }

        CheckUri(host.Name, host.ConnectUri);
        return new Uri(host.ConnectUri).Host.Length > 0 || host.ConnectUri.StartsWith("test:", StringComparison.Ordinal)
            ? host with { PeerUri = host.ConnectUri }
            : throw new VirtMigrationException("PeerUriNeeded", $"'{host.ConnectUri}' has no host in it: on another host it would mean that host itself.",
                "State how other hosts reach this one: -PeerUri qemu+tls://h1/system.", host.Name);
    }

    /// <summary>Throws for the first rule that a registration breaks.</summary>
    /// <param name="host">The registration.</param>
    /// <exception cref="VirtMigrationException">HostNameInvalid, ClusterNameInvalid, HostUriInvalid, MigrationAddressInvalid or
    /// LinkSpeedInvalid.</exception>
    public static void Check(HostRegistration host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (string.IsNullOrWhiteSpace(host.Name) || host.Name.AsSpan().ContainsAny(s_notInNames))
        {
            throw new VirtMigrationException("HostNameInvalid", $"'{host.Name}' cannot be a host's name: it is empty, or has a blank, a quote, a slash, a comma or a wildcard in it.",
                "Choose a name of letters, digits, dots and dashes, such as h1.", host.Name);
        }

        if (string.IsNullOrWhiteSpace(host.Cluster) || host.Cluster.AsSpan().ContainsAny(s_notInNames))
        {
            throw new VirtMigrationException("ClusterNameInvalid", $"'{host.Cluster}' cannot be a cluster's name: it is empty, or has a blank, a quote, a slash, a comma or a wildcard in it.",
                "Choose a name of letters, digits, dots and dashes, such as prod.", host.Name);
        }

        CheckUri(host.Name, host.ConnectUri);
        CheckUri(host.Name, host.PeerUri);
        CheckAddress(host);
        if (host.LinkSpeed is Units.Bandwidth speed && (speed.BitsPerSecond == 0 || speed.HasNoLimit()))
        {
            throw new VirtMigrationException("LinkSpeedInvalid", $"A link speed of {speed} is no speed of a link.",
                "State what the link carries, such as 10Gbps, or leave it out to have it read from -MigrationInterface.", host.Name);
        }
    }

    private static void CheckUri(string name, string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed) || parsed.IsFile || !uri.Contains("://", StringComparison.Ordinal))
        {
            throw new VirtMigrationException("HostUriInvalid", $"'{uri}' is not a libvirt URI.",
                "Write it with its driver and transport: qemu+ssh://root@h1/system, qemu+tls://h1/system or qemu:///system.", name);
        }

        if (parsed.Scheme.Contains("rdma", StringComparison.OrdinalIgnoreCase))
        {
            throw new VirtMigrationException("HostUriInvalid", $"'{uri}' names RDMA, which is a way of sending memory and not of reaching a daemon; it excludes parallel connections and zero-copy too.",
                "Give the daemon's URI, such as qemu+tls://h1/system.", name);
        }
    }

    private static void CheckAddress(HostRegistration host)
    {
        if (host.MigrationAddress?.StartsWith("rdma:", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw new VirtMigrationException("MigrationAddressInvalid",
                $"'{host.MigrationAddress}' asks for RDMA, which excludes parallel connections and zero-copy and needs all guest memory pinned.",
                "Give the address alone, such as 10.0.8.11; memory goes over TCP.", host.Name);
        }

        if (host.MigrationAddress is string address && Uri.CheckHostName(address) == UriHostNameType.Unknown)
        {
            throw new VirtMigrationException("MigrationAddressInvalid", $"'{address}' is neither a host name nor an IP address.",
                "Give the address alone, without scheme or port, such as 10.0.8.11.", host.Name);
        }
    }
}
