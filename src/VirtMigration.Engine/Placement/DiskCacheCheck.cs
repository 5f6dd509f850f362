using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>What a host keeps of a disk in its cache is missing on the other one. QEMU 4.0 drops the cache at the switch (drop-cache,
/// qapi/block-core.json), and libvirt then lets any mode pass; with an older one it refuses with code 81 (qemuMigrationSrcIsSafe). With
/// <c>unsafe</c> the guest's flushes are not carried out either, so there the doubt stays.</summary>
public sealed class DiskCacheCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        foreach (VmDisk disk in candidate.Definition.Disks)
        {
            if (IsCached(disk) && (disk.Cache == "unsafe" || !(candidate.Source.Facts.HypervisorVersion >= VersionGates.QemuDropsCache)))
            {
                return Find(candidate);
            }
        }

        return [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        Version? qemu = candidate.Source.Facts.HypervisorVersion;
        const string Action = "Set the disk's cache mode to none or directsync and restart the VM.";
        foreach (VmDisk disk in candidate.Definition.Disks.Where(IsCached))
        {
            string required = $"disk {disk.Target} without a cache of {candidate.Source.Name}'s, and its mode is {disk.Cache ?? "the default, writeback"}";
            if (qemu is null)
            {
                yield return candidate.Warning("DiskCacheUnknown", required, $"would lack what is in it, unless {candidate.Source.Name}'s QEMU is 4.0 or newer, which it does not tell",
                    $"See: virsh -c {candidate.Source.Registration.ConnectUri} version.");
            }
            else if (qemu < VersionGates.QemuDropsCache)
            {
                yield return candidate.Blocker("DiskCached", required, $"would lack what is in it: QEMU {qemu} does not drop it, and libvirt refuses", Action);
            }
            else if (disk.Cache == "unsafe")
            {
                yield return candidate.Warning("DiskCacheUnsafe", required, "would lack what was not written out, should it stay behind", Action);
            }
        }
    }

    private static bool IsCached(VmDisk disk) =>
        disk is { Source: not DiskSource.Network, ReadOnly: false, Shareable: false, Cache: not ("none" or "directsync") }
        && (disk.Path is not null || disk.Pool is not null);
}
