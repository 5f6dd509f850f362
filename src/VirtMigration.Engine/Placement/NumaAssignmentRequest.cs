using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>What an assignment of virtual to host NUMA cells is decided from.</summary>
public sealed record NumaAssignmentRequest
{
    /// <summary>The VM's cells, in any order.</summary>
    public required IReadOnlyList<NumaVirtualCell> VirtualCells { get; init; }

    /// <summary>The host's cells, in any order; ids may have gaps. Free memory is what is free or can be freed at once; the CPUs are those
    /// that the VM may have for itself.</summary>
    public required IReadOnlyList<NumaCell> HostCells { get; init; }

    /// <summary>The distances that the host tells; where the two directions differ, the longer counts.</summary>
    public IReadOnlyList<NumaDistance> Distances { get; init; } = [];

    /// <summary>How much is searched before the answer is left open, in steps (one host cell looked at for one virtual cell).</summary>
    public long Bound { get; init; } = NumaAssignment.DefaultBound;
}
