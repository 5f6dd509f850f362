namespace VirtMigration.Placement;

/// <summary>The firmware and the file of its variables must be at the destination too.</summary>
public sealed class NvramCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.Nvram
            ? [candidate.Warning("NvramUnknown", "its firmware and the file of its variables, under the same paths", "does not tell whether it has them",
                $"See: ssh {candidate.Destination.Name} ls -l LOADER NVRAM (virsh dumpxml {candidate.Vm.Name}: os/loader, os/nvram).")]
            : [];
    }
}
