using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Readiness;

namespace VirtMigration.Placement;

/// <summary>To go to older software is to do what its makers test least, even where the machine type is known there. And what a release is
/// known to break.</summary>
public sealed class VersionCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        HostFacts source = candidate.Source.Facts;
        HostFacts destination = candidate.Destination.Facts;
        return destination.LibvirtVersion < source.LibvirtVersion
            || destination.HypervisorVersion < source.HypervisorVersion
            || RecoveryCrashes(candidate)
                ? Find(candidate, source, destination)
                : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate, HostFacts source, HostFacts destination)
    {
        const string Action = "Update it, or choose a host that is no older.";
        if (destination.LibvirtVersion < source.LibvirtVersion)
        {
            yield return candidate.Warning("LibvirtOlder", $"libvirt {source.LibvirtVersion}, as {candidate.Source.Name} has", $"has {destination.LibvirtVersion}", Action);
        }

        if (destination.HypervisorVersion is Version present && source.HypervisorVersion is Version qemu && present < qemu)
        {
            yield return candidate.Warning("QemuOlder", $"QEMU {qemu}, as {candidate.Source.Name} has", $"has {present}", Action);
        }

        if (RecoveryCrashes(candidate))
        {
            yield return candidate.Warning("PostCopyRecoveryCrashes", "a libvirt that can recover a broken post-copy migration",
                $"has {destination.LibvirtVersion}, whose daemon crashes over it: a VM whose connection breaks would be lost", "Update it, choose another host, or: -PostCopy Off.");
        }
    }

    private static bool RecoveryCrashes(DestinationCandidate candidate) =>
        candidate.Plan?.Transfer.Uses(MigrationTechniques.PostCopy) == true
        && KnownDefects.RecoveryCrashes.On(candidate.Destination.Facts) is not null;
}
