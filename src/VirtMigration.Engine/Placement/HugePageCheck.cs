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
        return GuestMemory.HugePageUses(candidate.Landing).Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        List<MemoryPart> parts = [.. GuestMemory.Parts(candidate.Landing).Where(part => part.Pages is not null)];
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
            if ((group.Key ?? CellMemory.SmallestPage(cells)) is not ByteSize size || !cells.Any(cell => cell.HugePages.Any(pool => pool.PageSize == size)))
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
        if (CellMemory.FreePages(cells, size, among: null) is not long all)
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

        MemoryPart[] strict = [.. parts.Where(part => part.IsStrict)];
        List<IReadOnlyList<int>> found = [];
        foreach (IReadOnlyList<int> set in StrictCellSets.Of(strict))
        {
            long inThese = StrictCellSets.Within(strict, set).Sum(part => Pages(part, size));
            long free = CellMemory.FreePages(cells, size, set) ?? 0;
            long taken = candidate.Reserved.CellHugePages.Where(one => one.Key.PageSize == size && GuestMemory.Contains(set, one.Key.Cell)).Sum(one => one.Value);
            bool known = !strict.Any(part => part.Binding!.HostCells.SequenceEqual(set)) && found.Exists(other => other.All(id => GuestMemory.Contains(set, id)));
            if (inThese > free - taken && !known)
            {
                found.Add(set);
                yield return candidate.Blocker("HugePagesInsufficientInCells", $"{inThese} huge pages of {size} in NUMA {IdText.Named("cell", set)} and nowhere else",
                    $"has {free} free there{(taken == 0 ? string.Empty : $", {taken} of them promised to VMs placed before")}", candidate.RemapOr("Set more of these pages aside in these cells, choose another host, or tie the memory to other cells."));
            }
        }
    }

    private static DestinationFinding Unknown(DestinationCandidate candidate, string required, string present) =>
        candidate.Warning("HugePagesUnknown", required, present, $"See: {candidate.Virsh("freepages --all")}, and ssh {candidate.Destination.Name} grep Huge /proc/meminfo.");

    private static long Pages(MemoryPart part, ByteSize size) => (part.Bytes + size.Bytes - 1) / size.Bytes;

    private static bool OtherSizeFits(DestinationCandidate candidate, List<MemoryPart> parts, ByteSize size) =>
        candidate.Destination.Facts.Cells.SelectMany(cell => cell.HugePages).Select(pool => pool.PageSize).Distinct().Any(other =>
            other != size
            && CellMemory.FreePages(candidate.Destination.Facts.Cells, other, among: null) is long free
            && parts.Sum(part => Pages(part, other)) <= free - candidate.Reserved.HugePages.GetValueOrDefault(other));
}
