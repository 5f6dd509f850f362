using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>A NUMA cell that the guest sees.</summary>
/// <param name="Id">Its number in the guest.</param>
/// <param name="VCpus">Its vCPUs, ascending.</param>
/// <param name="Memory">Its memory.</param>
public sealed record VirtualNumaCell(int Id, IReadOnlyList<int> VCpus, ByteSize Memory);
