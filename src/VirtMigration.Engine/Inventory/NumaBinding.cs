namespace VirtMigration.Inventory;

/// <summary>Memory tied to cells of the host.</summary>
/// <param name="VirtualCell">The guest's cell; null: all of the guest's memory.</param>
/// <param name="Mode">How.</param>
/// <param name="HostCells">The ids of the host's cells, ascending.</param>
public sealed record NumaBinding(int? VirtualCell, NumaMode Mode, IReadOnlyList<int> HostCells);
