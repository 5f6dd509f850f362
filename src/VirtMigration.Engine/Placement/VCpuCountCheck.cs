using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>A VM with more vCPUs than the host has threads runs, but its vCPUs wait for each other, so it is warned of; with pinned vCPUs
/// it is refused: they were to have a thread each. (oVirt refuses both.)</summary>
public sealed class VCpuCountCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmDefinition definition = candidate.Definition;
        int threads = candidate.Destination.Facts.Threads;
        return definition.OnlineVCpus <= threads ? []
            : definition.VCpuPins.Count > 0
                ? [candidate.Blocker("VCpusExceedThreads", $"{definition.OnlineVCpus} threads for its pinned vCPUs", $"has {threads}", "Choose a larger host.")]
                : [candidate.Warning("VCpusExceedThreads", $"{definition.OnlineVCpus} threads for as many vCPUs", $"has {threads}: its vCPUs will wait for each other",
                    "Choose a larger host.")];
    }
}
