using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Few of the CPUs that the VM is pinned to are pinned to by others there, or will be.</summary>
public sealed class PinsTakenWeight : IDestinationWeight
{
    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Landing.VCpuPins.Count == 0)
        {
            return Merit(100, "nothing is pinned");
        }

        if (candidate.Load is not HostLoad load)
        {
            return Merit(0, "what is pinned there is not known");
        }

        HashSet<int> wanted = [.. candidate.Landing.VCpuPins.SelectMany(pin => pin.Cpus)];
        int taken = wanted.Count(cpu => PinRoom.Taken(cpu, load, candidate.Reserved) > 0);
        return Merit(100 - (100 * taken / wanted.Count), $"{taken} of {wanted.Count} CPUs are pinned to by others");
    }

    private static DestinationMerit Merit(int points, string reason) => new("PinsTaken", points, 10, reason);
}
