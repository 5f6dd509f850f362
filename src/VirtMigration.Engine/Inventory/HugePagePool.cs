using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>The huge pages of one size in one NUMA cell.</summary>
/// <param name="PageSize">The size of a page.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Free">How many are free; null where the host does not tell.</param>
public sealed record HugePagePool(ByteSize PageSize, long Total, long? Free);
