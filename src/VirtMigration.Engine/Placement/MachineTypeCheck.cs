namespace VirtMigration.Placement;

/// <summary>The destination's QEMU must know the VM's machine type: an older one lacks newer types.</summary>
public sealed class MachineTypeCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        IReadOnlySet<string> known = candidate.Destination.Facts.MachineTypes;
        return known.Count > 0 && !known.Contains(candidate.Definition.MachineType)
            ? [new("MachineTypeUnknown", candidate.Destination.Name, FindingSeverity.Blocker, $"machine type {candidate.Definition.MachineType}",
                $"its QEMU {candidate.Destination.Facts.HypervisorVersion} does not know it",
                "Choose a host with a QEMU at least as new, or restart the VM with an older machine type.")]
            : [];
    }
}
