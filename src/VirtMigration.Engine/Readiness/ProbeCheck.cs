using VirtMigration.Units;

namespace VirtMigration.Readiness;

/// <summary>What a probe that was sent tells about the way.</summary>
public sealed class ProbeCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.Probe is HostProbe probe ? Find(pair, probe) : [];
    }

    private static IEnumerable<HostFinding> Find(HostPair pair, HostProbe probe)
    {
        string needed = $"a way for VMs from {pair.Source.Name} to {pair.Destination.Name}";
        yield return probe.Outcome switch
        {
            ProbeOutcome.Moved => pair.Info("ProbeMoved", needed,
                $"a probe moved in {DurationText.Format(probe.Time)}{(probe.Encrypted ? ", encrypted" : string.Empty)}{(probe.MigrationUri is string address ? $", to {address}" : string.Empty)}",
                "Nothing need be done."),
            ProbeOutcome.Failed => pair.Blocker("ProbeFailed", needed, $"{Obstacle(pair, probe)}: {probe.Error?.TrimEnd('.')}", WayOut(pair, probe)),
            _ => pair.Warning("ProbeNotStarted", needed, $"it could not be tried: {probe.Error?.TrimEnd('.')}",
                $"Mend that, then try it again: {pair.ProbeCommand}."),
        };

        if (probe.Left.Count > 0)
        {
            yield return pair.Warning("ProbeLeft", "no probe left behind", $"{probe.Name} may still be on {string.Join(" and ", probe.Left)}",
                $"End it: {string.Join("; ", probe.Left.Select(host => Subject(pair, host).Virsh($"destroy {probe.Name}")))}.");
        }
    }

    private static string Obstacle(HostPair pair, HostProbe probe) => probe.Obstacle switch
    {
        ProbeObstacle.Login => $"the daemon of {pair.Source.Name} could not log in to {pair.Destination.Name} at {probe.PeerUri}",
        ProbeObstacle.Memory => $"{pair.Source.Name} logged in to {pair.Destination.Name}, but could not send memory to {Address(pair, probe)}",
        ProbeObstacle.Encryption => $"{pair.Source.Name} and {pair.Destination.Name} did not agree on an encrypted connection",
        _ => $"a probe was refused on its way from {pair.Source.Name} to {pair.Destination.Name}",
    };

    private static string WayOut(HostPair pair, HostProbe probe) => probe.Obstacle switch
    {
        ProbeObstacle.Login => $"Try it as root on {pair.Source.Name}: virsh -c {probe.PeerUri} version. If another address works there, make it the peer URI: {pair.Destination.Register("-PeerUri <uri>")}.",
        ProbeObstacle.Memory => $"Open TCP ports {MemoryPortsCheck.First} to {MemoryPortsCheck.Last} on {pair.Destination.Name} to {pair.Source.Name}, and look at the way: ssh {pair.Source.Name} nc -vz -w 5 {Bare(pair, probe)} {MemoryPortsCheck.First} (refused is good, a timeout is a firewall).",
        ProbeObstacle.Encryption => $"Check the certificates for migration on both hosts (/etc/pki/qemu, or where qemu.conf says): one authority, not expired, a client certificate on {pair.Source.Name}, and the name '{Uri(probe)}' in {pair.Destination.Name}'s.",
        _ => $"The text is libvirt's own; the logs of the daemons on {pair.Source.Name} and {pair.Destination.Name} say more, and /var/log/libvirt/qemu/{probe.Name}.log.",
    };

    private static string Address(HostPair pair, HostProbe probe) => probe.MigrationUri ?? $"{pair.Destination.Host.Facts.HostName} (its own choice)";

    private static string Bare(HostPair pair, HostProbe probe) =>
        probe.MigrationUri is string uri ? new Uri(uri).DnsSafeHost : pair.Destination.Host.Facts.HostName;

    private static string Uri(HostProbe probe) =>
        System.Uri.TryCreate(probe.PeerUri, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 ? uri.DnsSafeHost : "it is reached by";

    private static HostSubject Subject(HostPair pair, string host) => host == pair.Source.Name ? pair.Source : pair.Destination;
}
