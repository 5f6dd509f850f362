namespace VirtMigration.Placement;

/// <summary>What is in the way of an assignment.</summary>
public enum NumaObstacleKind
{
    /// <summary>A virtual cell may be bound to fewer cells than it spans, or to none that the host has.</summary>
    TooFewCells,

    /// <summary>A virtual cell does not fit, even alone.</summary>
    CellTooLarge,

    /// <summary>Together they need more than there is.</summary>
    SumTooLarge,

    /// <summary>Each fits alone and the sum is there, but no combination fits.</summary>
    NoCombination,

    /// <summary>The host does not tell what is free in some cell, and that matters.</summary>
    FreeUnknown,

    /// <summary>The search came to its bound.</summary>
    BoundReached,
}
