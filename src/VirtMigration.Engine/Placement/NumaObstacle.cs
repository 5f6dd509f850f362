namespace VirtMigration.Placement;

/// <summary>Why virtual cells do not fit a host, or why that is not known.</summary>
/// <param name="Kind">What is in the way.</param>
/// <param name="VirtualCells">The cells that it is about.</param>
/// <param name="Required">What they need.</param>
/// <param name="Present">What the host has.</param>
public sealed record NumaObstacle(NumaObstacleKind Kind, IReadOnlyList<int> VirtualCells, string Required, string Present)
{
    /// <summary>In words: <c>needs 32 GiB for virtual cell 2, the largest free cell has 16 GiB</c>.</summary>
    public override string ToString() => $"needs {Required}, {Present}";
}
