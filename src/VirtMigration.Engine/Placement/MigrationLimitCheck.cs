using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Each migration that comes in takes one of 64 ports (qemu.conf, migration_port_min and _max: 49152 to 49215), and one more if it
/// copies disks. The last eighth is warned of: others start migrations too, and the host may have been given fewer.</summary>
public sealed class MigrationLimitCheck : IDestinationCheck
{
    private const int Ports = 64;
    private const int Enough = Ports * 7 / 8;

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Load is HostLoad load && load.Incoming >= Enough
            ? [candidate.Warning("IncomingPortsShort", "a free port of 49152 to 49215", $"has {load.Incoming} migrations coming in and {Ports} ports",
                "Wait until some have ended, or take another host.")]
            : [];
    }
}
