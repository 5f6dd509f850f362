using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>What the VMs of a host take now.</summary>
public sealed record HostLoad
{
    /// <summary>VMs that run or are paused.</summary>
    public int ActiveVms { get; init; }

    /// <summary>Which they are.</summary>
    public IReadOnlySet<Guid> Vms { get; init; } = new HashSet<Guid>();

    /// <summary>The vCPUs of those, together.</summary>
    public int VCpus { get; init; }

    /// <summary>The memory that those were promised, together.</summary>
    public ByteSize CommittedMemory { get; init; }

    /// <summary>How many vCPUs are pinned to each of the host's CPUs alone or among others, by the CPU's id.</summary>
    public IReadOnlyDictionary<int, int> Pins { get; init; } = new Dictionary<int, int>();

    /// <summary>Migrations that come to the host now: their memory is not all taken yet.</summary>
    public int Incoming { get; init; }

    /// <summary>The memory of those, together.</summary>
    public ByteSize IncomingMemory { get; init; }
}
