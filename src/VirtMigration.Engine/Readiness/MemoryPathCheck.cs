namespace VirtMigration.Readiness;

/// <summary>Memory goes over a connection of its own, to another port and often another network than the login. Whether it gets through is
/// not to be seen from here: it is tried, or unknown.</summary>
public sealed class MemoryPathCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        string address = pair.Destination.Host.Registration.MigrationAddress ?? pair.Destination.Host.Facts.HostName;
        return pair.Tried
            ? []
            : [pair.Info("MemoryPathUnknown", $"a way for memory from {pair.Source.Name} to {address}, TCP ports {MemoryPortsCheck.First} to {MemoryPortsCheck.Last}", "it was not tried",
                $"See: ssh {pair.Source.Name} nc -vz -w 5 {address} {MemoryPortsCheck.First} (refused is good, for nothing listens there now; a timeout is a firewall). Or let it be tried: {pair.ProbeCommand}.")];
    }
}
