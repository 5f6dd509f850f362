using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>One NUMA cell of a host.</summary>
/// <param name="Id">The host's number for it.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="FreeMemory">What of it is free, without huge pages; null where the host does not tell.</param>
/// <param name="Cpus">The ids of its CPUs (threads), ascending.</param>
/// <param name="HugePages">Its pools of huge pages.</param>
public sealed record NumaCell(int Id, ByteSize Memory, ByteSize? FreeMemory, IReadOnlyList<int> Cpus, IReadOnlyList<HugePagePool> HugePages);
