namespace VirtMigration.Placement;

/// <summary>How far one host cell's memory is from another's CPUs, as the firmware says: 10 is local, 20 twice as far.</summary>
/// <param name="From">One cell.</param>
/// <param name="To">The other.</param>
/// <param name="Value">The distance. One byte in the firmware's table, so more than 255 counts as 255.</param>
public readonly record struct NumaDistance(int From, int To, int Value)
{
    /// <summary>From a cell to itself, where the host does not tell.</summary>
    public const int Local = 10;

    /// <summary>From a cell to another, where the host does not tell; what Linux assumes too.</summary>
    public const int Remote = 20;

    /// <summary>The farthest that the firmware's table can say.</summary>
    public const int Farthest = 255;
}
