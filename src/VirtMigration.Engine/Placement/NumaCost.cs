using System.Globalization;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>How good an assignment is by locality. Less is better, and an earlier figure counts before all later ones.</summary>
/// <param name="Spill">Memory of preferred cells for which their host cells have no room beside the rest (a strict cell over several host
/// cells counts as equal shares).</param>
/// <param name="Moves">Host cells that a virtual cell leaves although the host has a cell of that id.</param>
/// <param name="Merges">Times that two virtual cells come to share a host cell and were on different ones: a VM that was spread for its
/// memory bandwidth is not heaped up for its latency.</param>
/// <param name="Distance">The sum of the distances between every two of the chosen host cells; a cell chosen twice counts twice.</param>
/// <param name="LeastLeft">The least memory that stays free in a host cell that is used (of the page size that is used); more is better.
/// Null: no memory is placed.</param>
public readonly record struct NumaCost(ByteSize Spill, int Moves, int Merges, long Distance, ByteSize? LeastLeft) : IComparable<NumaCost>
{
    /// <inheritdoc/>
    public int CompareTo(NumaCost other)
    {
        int order = Spill.CompareTo(other.Spill);
        order = order != 0 ? order : Moves.CompareTo(other.Moves);
        order = order != 0 ? order : Merges.CompareTo(other.Merges);
        order = order != 0 ? order : Distance.CompareTo(other.Distance);
        return order != 0 ? order : (other.LeastLeft?.Bytes ?? long.MaxValue).CompareTo(LeastLeft?.Bytes ?? long.MaxValue);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"spill {Spill}, moves {Moves}, merges {Merges}, distance {Distance}, least left {LeastLeft?.ToString() ?? "-"}");

    /// <summary>Whether one is better than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(NumaCost left, NumaCost right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is worse than another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(NumaCost left, NumaCost right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is at least as good as another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(NumaCost left, NumaCost right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is at most as good as another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(NumaCost left, NumaCost right) => left.CompareTo(right) >= 0;
}
