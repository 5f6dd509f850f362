using System.Net;
using System.Net.Sockets;
using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>Two migration addresses should lie in one network. Where the cluster states it, each host is held to it; where it does not,
/// the usual size of a network is what one can go by.</summary>
public sealed class MigrationNetworkCheck : IPairCheck
{
    private const int UsualPrefix4 = 24;
    private const int UsualPrefix6 = 64;

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        if (!IPAddress.TryParse(Address(pair.Source), out IPAddress? from) || !IPAddress.TryParse(Address(pair.Destination), out IPAddress? to))
        {
            return [];
        }

        if (from.Equals(to))
        {
            return
            [
                pair.Blocker("MigrationAddressShared", "a migration address of each host's own", $"{pair.Source.Name} and {pair.Destination.Name} are both registered with {to}",
                    $"Register the right one: {pair.Destination.Register("-MigrationAddress <address>")}."),
            ];
        }

        return pair.Destination.Cluster.MigrationNetwork is not null || SameNetwork(from, to)
            ? []
            : [pair.Warning("MigrationNetworksDiffer", "two migration addresses in one network", $"{pair.Source.Name} has {from}, {pair.Destination.Name} has {to}: memory may take another way than was meant",
                $"See: ssh {pair.Source.Name} ip route get {to}. If all is well, state the network that has both: Set-ClusterMigrationOption {pair.Destination.Cluster.Cluster} -MigrationNetwork <network>.")];
    }

    private static string? Address(HostSubject host)
    {
        HostRegistration registration = host.Host.Registration;
        return registration.MigrationAddress?.Trim('[', ']');
    }

    private static bool SameNetwork(IPAddress from, IPAddress to)
    {
        if (from.AddressFamily != to.AddressFamily)
        {
            return false;
        }

        int bytes = (from.AddressFamily == AddressFamily.InterNetwork ? UsualPrefix4 : UsualPrefix6) / 8;
        return from.GetAddressBytes().AsSpan(0, bytes).SequenceEqual(to.GetAddressBytes().AsSpan(0, bytes));
    }
}
