using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>Huge pages must be free at the destination before the VM comes: by size, and in each cell that memory is tied to.</summary>
public sealed class HugePageCheck : IDestinationCheck
{
    private const string More = "Set more of these pages aside there, or choose another host.";

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return GuestMemory.HugePageUses(candidate.Definition).Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        List<MemoryPart> parts = [.. GuestMemory.Parts(candidate.Definition).Where(part => part.Pages is not null)];
        if (parts.Count == 0)
        {
            yield break;
        }

        if (candidate.Plan?.Transfer.Uses(MigrationTechniques.PostCopy) == true)
        {
            yield return candidate.Blocker("HugePagesPostCopy", "memory that post-copy can fetch page by page",
                "would have it on huge pages, and the guest would wait for each of them", "Migrate without post-copy: -PostCopy Off.");
        }

        IReadOnlyList<NumaCell> cells = candidate.Destination.Facts.Cells;
        if (cells.Count == 0)
        {
            yield return Unknown(candidate, $"{new ByteSize(parts.Sum(part => part.Bytes))} on huge pages", "does not tell its huge pages");
            yield break;
        }

        foreach (IGrouping<ByteSize?, MemoryPart> group in parts.GroupBy(part => part.Pages!.PageSize))
        {
            if ((group.Key ?? SmallestSize(cells)) is not ByteSize size || !cells.Any(cell => cell.HugePages.Any(pool => pool.PageSize == size)))
            {
                yield return candidate.Blocker("HugePagesMissing", group.Key is ByteSize asked ? $"huge pages of {asked}" : "huge pages",
                    "has none of that size", More);
                continue;
            }

            foreach (DestinationFinding finding in OfSize(candidate, [.. group], size, stated: group.Key is not null))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<DestinationFinding> OfSize(DestinationCandidate candidate, List<MemoryPart> parts, ByteSize size, bool stated)
    {
        IReadOnlyList<NumaCell> cells = candidate.Destination.Facts.Cells;
        long needed = parts.Sum(part => Pages(part, size));
        string required = $"{needed} huge pages of {size}";
        if (Free(cells, size, among: null) is not long all)
        {
            yield return Unknown(candidate, required, "does not tell how many are free");
            yield break;
        }

        long promised = candidate.Reserved.HugePages.GetValueOrDefault(size);
        if (needed > all - promised)
        {
            string present = $"has {all} free{(promised == 0 ? string.Empty : $", {promised} of them promised to VMs placed before")}";

            // Which size is the host's default is not told: the smallest is a guess, and another one might do.
            yield return !stated && OtherSizeFits(candidate, parts, size)
                ? Unknown(candidate, $"{required}, if that is the default size there", present)
                : candidate.Blocker("HugePagesInsufficient", required, present, More);
        }

        List<NumaBinding> seen = [];
        foreach (NumaBinding binding in parts.Where(part => part.IsStrict).Select(part => part.Binding!))
        {
            if (seen.Any(other => other.HostCells.SequenceEqual(binding.HostCells)))
            {
                continue;
            }

            seen.Add(binding);
            long inThese = parts.Where(part => part.IsStrict && GuestMemory.Within(part.Binding!, binding)).Sum(part => Pages(part, size));
            long free = Free(cells, size, binding.HostCells) ?? 0;
            if (inThese > free)
            {
                yield return candidate.Blocker("HugePagesInsufficientInCells", $"{inThese} huge pages of {size} in NUMA {IdText.Named("cell", binding.HostCells)} and nowhere else",
                    $"has {free} free there", "Set more of these pages aside in these cells, choose another host, or tie the memory to other cells.");
            }
        }
    }

    private static DestinationFinding Unknown(DestinationCandidate candidate, string required, string present) =>
        candidate.Warning("HugePagesUnknown", required, present, $"See: {candidate.Virsh("freepages --all")}, and ssh {candidate.Destination.Name} grep Huge /proc/meminfo.");

    private static long Pages(MemoryPart part, ByteSize size) => (part.Bytes + size.Bytes - 1) / size.Bytes;

    private static ByteSize? SmallestSize(IReadOnlyList<NumaCell> cells)
    {
        ByteSize? smallest = null;
        foreach (NumaCell cell in cells)
        {
            foreach (HugePagePool pool in cell.HugePages)
            {
                smallest = smallest is null || pool.PageSize < smallest ? pool.PageSize : smallest;
            }
        }

        return smallest;
    }

    private static bool OtherSizeFits(DestinationCandidate candidate, List<MemoryPart> parts, ByteSize size) =>
        candidate.Destination.Facts.Cells.SelectMany(cell => cell.HugePages).Select(pool => pool.PageSize).Distinct().Any(other =>
            other != size
            && Free(candidate.Destination.Facts.Cells, other, among: null) is long free
            && parts.Sum(part => Pages(part, other)) <= free - candidate.Reserved.HugePages.GetValueOrDefault(other));

    // Null: a cell does not tell.
    private static long? Free(IReadOnlyList<NumaCell> cells, ByteSize size, IReadOnlyList<int>? among)
    {
        long sum = 0;
        foreach (NumaCell cell in cells)
        {
            if (among is not null && !GuestMemory.Contains(among, cell.Id))
            {
                continue;
            }

            foreach (HugePagePool pool in cell.HugePages)
            {
                if (pool.PageSize != size)
                {
                    continue;
                }

                if (pool.Free is not long free)
                {
                    return null;
                }

                sum += free;
            }
        }

        return sum;
    }
}
