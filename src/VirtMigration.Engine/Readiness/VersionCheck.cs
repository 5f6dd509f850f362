using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>To go to older software is to do what its makers test least.</summary>
public sealed class VersionCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        HostFacts source = pair.Source.Host.Facts;
        HostFacts destination = pair.Destination.Host.Facts;
        string action = $"Update {pair.Destination.Name}; until then, let VMs go only towards hosts that are no older.";
        if (destination.LibvirtVersion < source.LibvirtVersion)
        {
            yield return pair.Warning("LibvirtOlder", $"libvirt {source.LibvirtVersion} or later, as {pair.Source.Name} has",
                $"{pair.Destination.Name} has {destination.LibvirtVersion}: it may not know what {pair.Source.Name} puts into definitions", action);
        }

        if (destination.HypervisorVersion is Version present && source.HypervisorVersion is Version qemu && present < qemu)
        {
            yield return pair.Warning("QemuOlder", $"QEMU {qemu} or later, as {pair.Source.Name} has",
                $"{pair.Destination.Name} has {present}: VMs can go there only with a machine type that it knows", action);
        }
    }
}
