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
        return candidate.Definition.NumaBindings.Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        SortedSet<int> needed = [];
        foreach (NumaBinding binding in candidate.Definition.NumaBindings)
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

        int[] missing = [.. needed.Where(id => Cell(cells, id) is null)];
        if (missing.Length > 0)
        {
            yield return candidate.Blocker("NumaCellsMissing", $"NUMA {IdText.Named("cell", [.. needed])}, which its memory is tied to",
                $"has no {IdText.Named("cell", missing)} (it has {IdText.Ranges([.. cells.Select(cell => cell.Id).Order()])})",
                "Choose a host with these cells, or tie the memory to others.");
        }

        int[] silent = [.. needed.Where(id => Cell(cells, id) is { FreeMemory: null })];
        IReadOnlyList<MemoryPart> parts = GuestMemory.Parts(candidate.Definition);
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

    // What is tied to some cells, and what is tied to fewer of the same, must fit into them together. Sets of cells that overlap in part
    // are looked at one by one: this never refuses what fits.
    private static IEnumerable<DestinationFinding> Strict(DestinationCandidate candidate, IReadOnlyList<NumaCell> cells, IReadOnlyList<MemoryPart> parts)
    {
        List<NumaBinding> seen = [];
        foreach (NumaBinding binding in parts.Where(part => part is { IsStrict: true, Pages: null }).Select(part => part.Binding!))
        {
            if (seen.Any(other => other.HostCells.SequenceEqual(binding.HostCells)) || Free(candidate, cells, binding.HostCells) is not long free)
            {
                continue;
            }

            seen.Add(binding);
            long bytes = parts.Where(part => part is { IsStrict: true, Pages: null } && GuestMemory.Within(part.Binding!, binding)).Sum(part => part.Bytes);
            if (bytes <= free)
            {
                continue;
            }

            string required = $"{new ByteSize(bytes)} of memory in NUMA {IdText.Named("cell", binding.HostCells)} and nowhere else";
            long cached = Cached(candidate);
            if (bytes > free + cached)
            {
                yield return candidate.Blocker("NumaMemoryInsufficient", required, $"has {new ByteSize(free)} free there{Promised(candidate, binding.HostCells)}",
                    "Free memory in these cells, choose another host, or tie the memory to other cells.");
            }
            else
            {
                yield return candidate.Warning("NumaMemoryUnknown", required,
                    $"has {new ByteSize(free)} free there{Promised(candidate, binding.HostCells)}, and {new ByteSize(cached)} in caches of which it does not tell the cells",
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
            if (Free(candidate, cells, [id]) is long free && bytes > free)
            {
                yield return candidate.Warning("NumaMemoryElsewhere", $"{new ByteSize(bytes)} of memory in NUMA cell {id}",
                    $"has {new ByteSize(free)} free there{Promised(candidate, [id])}: the rest comes from other cells, and is slower",
                    "Free memory in this cell, choose another host, or tie the memory to other cells.");
            }
        }
    }

    // Null: not told, or not there, which is found elsewhere.
    private static long? Free(DestinationCandidate candidate, IReadOnlyList<NumaCell> cells, IReadOnlyList<int> ids)
    {
        long sum = 0;
        foreach (int id in ids)
        {
            if (Cell(cells, id)?.FreeMemory is not ByteSize free)
            {
                return null;
            }

            sum += Math.Max(0, free.Bytes - candidate.Reserved.CellMemory.GetValueOrDefault(id).Bytes);
        }

        return sum;
    }

    // What the whole host could free at once beside what its cells have free.
    private static long Cached(DestinationCandidate candidate)
    {
        if (candidate.Destination.Facts.AvailableMemory is not ByteSize available)
        {
            return 0;
        }

        long cached = available.Bytes;
        foreach (NumaCell cell in candidate.Destination.Facts.Cells)
        {
            cached -= cell.FreeMemory?.Bytes ?? cached;
        }

        return Math.Max(0, cached);
    }

    private static string Promised(DestinationCandidate candidate, IReadOnlyList<int> ids)
    {
        long bytes = ids.Sum(id => candidate.Reserved.CellMemory.GetValueOrDefault(id).Bytes);
        return bytes == 0 ? string.Empty : $" ({new ByteSize(bytes)} is promised to VMs placed before)";
    }

    private static NumaCell? Cell(IReadOnlyList<NumaCell> cells, int id)
    {
        foreach (NumaCell cell in cells)
        {
            if (cell.Id == id)
            {
                return cell;
            }
        }

        return null;
    }
}
