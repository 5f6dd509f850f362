using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What VMs that were placed on a host, but are not there yet, will take of it.</summary>
public sealed record PlacementReservation
{
    /// <summary>Nothing.</summary>
    public static PlacementReservation None { get; } = new();

    /// <summary>The VMs, by name.</summary>
    public IReadOnlyList<string> Vms { get; init; } = [];

    /// <summary>The VMs, by UUID.</summary>
    public IReadOnlySet<Guid> VmIds { get; init; } = new HashSet<Guid>();

    /// <summary>How many of their vCPUs are pinned to each CPU, alone or among others, by the CPU's id.</summary>
    public IReadOnlyDictionary<int, int> Pins { get; init; } = new Dictionary<int, int>();

    /// <summary>Ordinary memory, overhead included.</summary>
    public ByteSize Memory { get; init; }

    /// <summary>vCPUs.</summary>
    public int VCpus { get; init; }

    /// <summary>Huge pages by their size.</summary>
    public IReadOnlyDictionary<ByteSize, long> HugePages { get; init; } = new Dictionary<ByteSize, long>();

    /// <summary>Ordinary memory by cell, where it is tied to one.</summary>
    public IReadOnlyDictionary<int, ByteSize> CellMemory { get; init; } = new Dictionary<int, ByteSize>();
}
