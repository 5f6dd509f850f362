using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>Much memory left there when the VM has come, those placed before it counted in.</summary>
public sealed class MemoryLoadWeight : IDestinationWeight
{
    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Destination.Facts.AvailableMemory is not ByteSize available || candidate.Destination.Facts.Memory.Bytes == 0)
        {
            return Merit(0, "its free memory is not known");
        }

        long left = available.Bytes - candidate.Reserved.Memory.Bytes - (candidate.Definition.HugePages ? 0 : candidate.Definition.Memory.Bytes);
        return Merit((int)Math.Clamp(100L * left / candidate.Destination.Facts.Memory.Bytes, 0, 100),
            $"{new ByteSize(Math.Max(0, left))} of {candidate.Destination.Facts.Memory} left with it");
    }

    private static DestinationMerit Merit(int points, string reason) => new("MemoryLoad", points, 8, reason);
}
