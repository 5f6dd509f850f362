namespace VirtMigration.Placement;

/// <summary>Where one virtual cell goes.</summary>
/// <param name="VirtualCell">The VM's number for it.</param>
/// <param name="CurrentCells">The host cells that it is bound to on the source.</param>
/// <param name="HostCells">The host cells that it is to be bound to, ascending.</param>
/// <param name="Reason">Why not where it is.</param>
public sealed record NumaPlacement(
    int VirtualCell,
    IReadOnlyList<int> CurrentCells,
    IReadOnlyList<int> HostCells,
    NumaPlacementReason Reason)
{
    /// <summary>In words: <c>virtual cell 2: host cell 0 instead of 6, which the host does not have</c>.</summary>
    public override string ToString()
    {
        string to = $"virtual cell {VirtualCell}: host {NumaText.Cells(HostCells)}";
        string from = string.Join(", ", CurrentCells.Except(HostCells).Order());
        return Reason switch
        {
            NumaPlacementReason.Kept => $"{to}, as on the source",
            NumaPlacementReason.CellAbsent => $"{to} instead of {from}, which the host does not have",
            NumaPlacementReason.CellNotAllowed => $"{to} instead of {from}, which it may not have",
            NumaPlacementReason.CellTooSmall => $"{to} instead of {from}, which has no room for it",
            NumaPlacementReason.OtherCells => $"{to} instead of {from}, for the sake of the other cells",
            _ => to,
        };
    }
}
