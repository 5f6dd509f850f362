namespace VirtMigration.Placement;

/// <summary>A TPM's state moves with the VM, if the destination has a TPM emulator to take it.</summary>
public sealed class TpmCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.Tpm
            ? [candidate.Warning("TpmUnknown", "swtpm for its TPM, no older than the source's", "does not tell whether it has it", $"See: ssh {candidate.Destination.Name} swtpm --version.")]
            : [];
    }
}
