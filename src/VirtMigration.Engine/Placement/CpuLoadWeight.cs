using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Few vCPUs for each of the host's threads, the VM's own and those placed before it counted in.</summary>
public sealed class CpuLoadWeight : IDestinationWeight
{
    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        int threads = Math.Max(1, candidate.Destination.Facts.Threads);
        if (candidate.Load is not HostLoad load)
        {
            return Merit(0, "what runs there is not known");
        }

        int vCpus = load.VCpus + candidate.Reserved.VCpus + candidate.Definition.OnlineVCpus;

        // Half the points where every thread has a vCPU; four a thread and more are all the same.
        int points = (int)Math.Clamp(100 - (50.0 * vCpus / threads), 0, 100);
        return Merit(points, $"{vCpus} vCPUs on {threads} threads with it");
    }

    private static DestinationMerit Merit(int points, string reason) => new("CpuLoad", points, 7, reason);
}
