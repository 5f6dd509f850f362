using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>The cells that a VM's ordinary memory is tied to must be there, whatever the mode: libvirt starts no VM with a cell that its
/// host lacks (virNumaNodesetIsAvailable). Strict memory must also be free in them; else the VM does not start or is killed later.
/// Interleaved and preferred memory comes from other cells where these have none, so there it is only slower, and with restrictive
/// memory QEMU is not told. This is about the ids as they are.</summary>
public sealed class NumaCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Landing.NumaBindings.Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        SortedSet<int> needed = [];
        foreach (NumaBinding binding in candidate.Landing.NumaBindings)
        {
            needed.UnionWith(binding.HostCells);
        }

        IReadOnlyList<NumaCell> cells = candidate.Destination.Facts.Cells;
        if (cells.Count == 0)
        {
            yield return candidate.Warning("NumaUnknown", $"NUMA {IdText.Named("cell", [.. needed])}, which its memory is tied to", "tells no cells",
                $"See: {candidate.Virsh("capabilities")} (host/topology/cells).");
            yield break;
        }

        int[] missing = [.. needed.Where(id => CellMemory.Of(cells, id) is null)];
        if (missing.Length > 0)
        {
            yield return candidate.Blocker("NumaCellsMissing", $"NUMA {IdText.Named("cell", [.. needed])}, which its memory is tied to",
                $"has no {IdText.Named("cell", missing)} (it has {IdText.Ranges([.. cells.Select(cell => cell.Id).Order()])})",
                candidate.RemapOr("Choose a host with these cells, or tie the memory to others."));
        }

        int[] silent = [.. needed.Where(id => CellMemory.Of(cells, id) is { FreeMemory: null })];
        IReadOnlyList<MemoryPart> parts = GuestMemory.Parts(candidate.Landing);
        if (silent.Length > 0 && parts.Any(part => part is { Pages: null, Binding.Mode: not NumaMode.Restrictive }))
        {
            yield return candidate.Warning("NumaUnknown", $"memory in NUMA {IdText.Named("cell", [.. needed])}", $"does not tell what is free in {IdText.Named("cell", silent)}",
                $"See: {candidate.Virsh("freecell --all")}.");
        }

        foreach (DestinationFinding finding in Strict(candidate, cells, parts).Concat(Lenient(candidate, cells, parts)))
        {
            yield return finding;
        }
    }

    // What is tied to some cells, and what is tied to fewer of the same, must fit into them together.
    private static IEnumerable<DestinationFinding> Strict(DestinationCandidate candidate, IReadOnlyList<NumaCell> cells, IReadOnlyList<MemoryPart> parts)
    {
        MemoryPart[] strict = [.. parts.Where(part => part is { IsStrict: true, Pages: null })];
        List<IReadOnlyList<int>> found = [];
        foreach (IReadOnlyList<int> set in StrictCellSets.Of(strict))
        {
            if (CellMemory.Free(cells, set, candidate.Reserved) is not long free)
            {
                continue;
            }

            long bytes = StrictCellSets.Within(strict, set).Sum(part => part.Bytes);
            bool known = !strict.Any(part => part.Binding!.HostCells.SequenceEqual(set)) && found.Exists(other => other.All(id => GuestMemory.Contains(set, id)));
            if (bytes <= free || known)
            {
                continue;
            }

            found.Add(set);
            string required = $"{new ByteSize(bytes)} of memory in NUMA {IdText.Named("cell", set)} and nowhere else";
            long cached = CellMemory.Cached(candidate.Destination.Facts);
            if (bytes > free + cached)
            {
                yield return candidate.Blocker("NumaMemoryInsufficient", required, $"has {new ByteSize(free)} free there{Promised(candidate, set)}",
                    candidate.RemapOr("Free memory in these cells, choose another host, or tie the memory to other cells."));
            }
            else
            {
                yield return candidate.Warning("NumaMemoryUnknown", required,
                    $"has {new ByteSize(free)} free there{Promised(candidate, set)}, and {new ByteSize(cached)} in caches of which it does not tell the cells",
                    $"See: ssh {candidate.Destination.Name} numastat -m (FilePages). Drop the caches if they are in the way.");
            }
        }
    }

    private static IEnumerable<DestinationFinding> Lenient(DestinationCandidate candidate, IReadOnlyList<NumaCell> cells, IReadOnlyList<MemoryPart> parts)
    {
        SortedDictionary<int, long> wanted = [];
        foreach (MemoryPart part in parts)
        {
            if (part is { Pages: null, Binding: { Mode: NumaMode.Interleave or NumaMode.Preferred, HostCells.Count: > 0 } binding })
            {
                long share = (part.Bytes + binding.HostCells.Count - 1) / binding.HostCells.Count;
                foreach (int id in binding.HostCells)
                {
                    wanted[id] = wanted.GetValueOrDefault(id) + share;
                }
            }
        }

        foreach ((int id, long bytes) in wanted)
        {
            if (CellMemory.Free(cells, [id], candidate.Reserved) is long free && bytes > free)
            {
                yield return candidate.Warning("NumaMemoryElsewhere", $"{new ByteSize(bytes)} of memory in NUMA cell {id}",
                    $"has {new ByteSize(free)} free there{Promised(candidate, [id])}: the rest comes from other cells, and is slower",
                    "Free memory in this cell, choose another host, or tie the memory to other cells.");
            }
        }
    }

    private static string Promised(DestinationCandidate candidate, IReadOnlyList<int> ids)
    {
        long bytes = ids.Sum(id => candidate.Reserved.CellMemory.GetValueOrDefault(id).Bytes);
        return bytes == 0 ? string.Empty : $" ({new ByteSize(bytes)} is promised to VMs placed before)";
    }
}
