using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>The sets of host cells that memory which must lie in its cells has to fit into together: each that memory is tied to, and the
/// unions of those that overlap. It fits if and only if each set has room for all that is tied within it.</summary>
internal static class StrictCellSets
{
    // As many sets as overlap in part are combined, 2^8 at most: a VM with more is looked at set by set, which never refuses what fits.
    private const int Most = 8;

    /// <summary>The sets, those that memory is tied to first.</summary>
    /// <param name="parts">The parts that must lie in their cells.</param>
    public static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<MemoryPart> parts)
    {
        List<IReadOnlyList<int>> sets = [];
        foreach (MemoryPart part in parts)
        {
            if (part.Binding is NumaBinding binding && !sets.Exists(set => set.SequenceEqual(binding.HostCells)))
            {
                sets.Add(binding.HostCells);
                yield return binding.HostCells;
            }
        }

        List<IReadOnlyList<int>> crossing = sets.FindAll(set => sets.Exists(other => Cross(set, other)));
        if (crossing.Count > Most)
        {
            yield break;
        }

        for (int chosen = 1; chosen < 1 << crossing.Count; chosen++)
        {
            int[] union = [.. crossing.Where((_, index) => (chosen & (1 << index)) != 0).SelectMany(set => set).Distinct().Order()];
            if (!sets.Exists(set => set.SequenceEqual(union)))
            {
                sets.Add(union);
                yield return union;
            }
        }
    }

    /// <summary>The memory that must lie within a set.</summary>
    /// <param name="parts">The parts that must lie in their cells.</param>
    /// <param name="set">The set.</param>
    public static IEnumerable<MemoryPart> Within(IReadOnlyList<MemoryPart> parts, IReadOnlyList<int> set) =>
        parts.Where(part => part.Binding is NumaBinding binding && binding.HostCells.All(id => GuestMemory.Contains(set, id)));

    private static bool Cross(IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.Any(id => GuestMemory.Contains(other, id)) && one.Any(id => !GuestMemory.Contains(other, id)) && other.Any(id => !GuestMemory.Contains(one, id));
}
