using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>The destination must have the VM's memory available now. A VM on huge pages takes none of the ordinary memory.</summary>
public sealed class MemoryCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public DestinationFinding? Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return !candidate.Definition.HugePages
            && candidate.Destination.Facts.AvailableMemory is ByteSize available
            && available < candidate.Definition.Memory
            ? new("MemoryInsufficient", candidate.Destination.Name, FindingSeverity.Blocker, $"{candidate.Definition.Memory} of memory",
                $"has {available} available", "Free memory there, or choose a larger host.")
            : null;
    }
}
