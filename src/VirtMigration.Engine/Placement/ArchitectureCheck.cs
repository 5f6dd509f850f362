namespace VirtMigration.Placement;

/// <summary>A guest runs only on a host of its own architecture.</summary>
public sealed class ArchitectureCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        string architecture = candidate.Destination.Facts.Architecture;
        return architecture != candidate.Definition.Architecture
            ? [new("ArchitectureDiffers", candidate.Destination.Name, FindingSeverity.Blocker, $"architecture {candidate.Definition.Architecture}",
                $"is {architecture}", "Choose a host of the VM's architecture.")]
            : [];
    }
}
