using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>In post-copy QEMU fetches the memory that the guest touches (userfaultfd). Whether the destination's kernel lets it, libvirt
/// does not tell; where it does not, the migration fails when it starts.</summary>
public sealed class PostCopyCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Plan?.Transfer.Uses(MigrationTechniques.PostCopy) == true
            ? [candidate.Warning("UserfaultfdUnknown", "userfaultfd for QEMU, for post-copy", "does not tell whether its kernel lets QEMU use it",
                $"See: ssh {candidate.Destination.Name} sysctl vm.unprivileged_userfaultfd (1, or QEMU runs as root or may open /dev/userfaultfd). Else: -PostCopy Off.")]
            : [];
    }
}
