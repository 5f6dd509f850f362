using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>Guest memory on huge pages.</summary>
/// <param name="PageSize">The size of a page; null: the host's default size.</param>
/// <param name="VirtualCells">The guest's cells that use it, ascending; empty: all memory.</param>
public sealed record HugePageUse(ByteSize? PageSize, IReadOnlyList<int> VirtualCells);
