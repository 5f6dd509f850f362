namespace VirtMigration.Placement;

/// <summary>Why a virtual cell is where it is put.</summary>
public enum NumaPlacementReason
{
    /// <summary>It is bound to no host cell on the source.</summary>
    NotBound,

    /// <summary>It keeps its host cells' ids.</summary>
    Kept,

    /// <summary>The host has no cell of an id that it is on.</summary>
    CellAbsent,

    /// <summary>It may not be bound to a cell that it is on.</summary>
    CellNotAllowed,

    /// <summary>A cell that it is on has no room for it, even alone.</summary>
    CellTooSmall,

    /// <summary>It would fit where it is, but not together with the VM's other cells, or not as near to them.</summary>
    OtherCells,
}
