namespace VirtMigration.Readiness;

/// <summary>Each incoming migration takes a port of its own, 49152 to 49215 (qemu.conf: migration_port_min and migration_port_max). What
/// the firewall lets in cannot be seen over libvirt.</summary>
public sealed class MemoryPortsCheck : IHostCheck
{
    /// <summary>The first port, by default.</summary>
    internal const int First = 49152;

    /// <summary>The last port, by default.</summary>
    internal const int Last = 49215;

    private const int Count = Last - First + 1;

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Load is not { } load)
        {
            yield return subject.Warning("IncomingUnknown", $"one of {Count} ports for each incoming migration", "does not tell how many VMs come to it now",
                $"See: {subject.Virsh("list --state-paused")}.");
        }
        else if (load.Incoming >= Count)
        {
            yield return subject.Blocker("MemoryPortsTaken", "a free port for one more incoming migration", $"has {load.Incoming} on their way to it now, and {Count} ports",
                "Wait until some have arrived: Get-VmMigration.");
        }

        yield return subject.Info("MemoryPortsUnknown", $"TCP ports {First} to {Last} open to the other hosts, one for each incoming migration",
            "does not tell what its firewall lets in, nor whether its qemu.conf has other ports",
            $"See: ssh {subject.Name} \"firewall-cmd --list-all || nft list ruleset; grep migration_port /etc/libvirt/qemu.conf\". One of them is tried by: Test-VmHost -Probe.");
    }
}
