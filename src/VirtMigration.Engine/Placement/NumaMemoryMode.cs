namespace VirtMigration.Placement;

/// <summary>How strictly a virtual NUMA cell's memory belongs to its host cells.</summary>
public enum NumaMemoryMode
{
    /// <summary>All of it lies in the chosen host cells, or the VM does not start. Over several cells it may be split between them in
    /// any way.</summary>
    Strict,

    /// <summary>It lies in the chosen host cells in turn, so each must have room for an equal share, rounded up to whole pages: which
    /// cell takes the odd page is not known before.</summary>
    Interleave,

    /// <summary>It should lie in the chosen host cells, in equal shares, and spills into others where they are full. It needs no room
    /// there, but it needs room somewhere on the host.</summary>
    Preferred,
}
