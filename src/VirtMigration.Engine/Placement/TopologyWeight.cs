using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Sockets, cores and threads at least the VM's: what the guest believes of its CPU is then true.</summary>
public sealed class TopologyWeight : IDestinationWeight
{
    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Landing.Cpu.Topology is not CpuTopology guest)
        {
            return Merit(100, "the VM states no topology");
        }

        if (candidate.Destination.Facts.Cpu.Topology is not CpuTopology host)
        {
            return Merit(0, "the host does not tell its topology");
        }

        bool fits = host.Sockets >= guest.Sockets && host.Cores >= guest.Cores && host.Threads >= guest.Threads;
        return Merit(fits ? 100 : 0,
            $"{host.Sockets} sockets of {host.Cores} cores of {host.Threads} threads for {guest.Sockets}, {guest.Cores} and {guest.Threads}");
    }

    private static DestinationMerit Merit(int points, string reason) => new("Topology", points, 25, reason);
}
