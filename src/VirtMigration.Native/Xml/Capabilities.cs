using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>What the product reads from a host's capabilities.</summary>
/// <param name="HostUuid">The host's UUID; null where the driver has none.</param>
/// <param name="Architecture">The host's architecture.</param>
/// <param name="Cells">Its NUMA cells, by id, without what is free of them.</param>
/// <param name="MachineTypes">The machine types for the host's own architecture, aliases among them.</param>
/// <param name="Cpu">Its CPU.</param>
/// <param name="Cores">Its CPUs core by core: the ids that share a core.</param>
/// <param name="CellDistances">The distance from one cell to another, by their ids.</param>
internal sealed record Capabilities(
    Guid? HostUuid,
    string Architecture,
    IReadOnlyList<NumaCell> Cells,
    IReadOnlySet<string> MachineTypes,
    HostCpu Cpu,
    IReadOnlyList<IReadOnlyList<int>> Cores,
    IReadOnlyDictionary<(int From, int To), int> CellDistances);
