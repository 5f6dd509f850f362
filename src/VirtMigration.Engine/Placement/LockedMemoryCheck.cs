using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>Zero-copy locks all guest memory on the source for the time of the migration. libvirt raises the process's limit by itself,
/// to <c>memtune/hard_limit</c> where there is one; whether it may, the host does not tell. If not, the migration is tried again
/// without zero-copy.</summary>
public sealed class LockedMemoryCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Plan?.Transfer.Uses(MigrationTechniques.ZeroCopy) != true)
        {
            return [];
        }

        string required = $"{candidate.Definition.Memory} locked on {candidate.Source.Name} for zero-copy";
        return candidate.Definition.MemoryHardLimit is ByteSize limit && limit < candidate.Definition.Memory
            ? [candidate.Warning("LockedMemoryLimited", required, $"would get it without zero-copy: memtune/hard_limit allows {limit}", "Raise the VM's hard_limit, or take it away.")]
            : [candidate.Info("LockedMemoryUnknown", required, $"would get it without zero-copy, should {candidate.Source.Name} refuse, which it does not tell before",
                $"See: ssh {candidate.Source.Name} systemctl show -p CapabilityBoundingSet virtqemud libvirtd (it needs CAP_SYS_RESOURCE).")];
    }
}
