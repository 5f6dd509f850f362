using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What is free in a host's cells.</summary>
internal static class CellMemory
{
    /// <summary>What the whole host could free at once beside what its cells have free: it does not tell in which cells.</summary>
    public static long Cached(HostFacts facts)
    {
        if (facts.AvailableMemory is not ByteSize available)
        {
            return 0;
        }

        long cached = available.Bytes;
        foreach (NumaCell cell in facts.Cells)
        {
            cached -= cell.FreeMemory?.Bytes ?? cached;
        }

        return Math.Max(0, cached);
    }

    /// <summary>What is free in some cells together, without what is promised there; null: not told, or a cell is not there.</summary>
    public static long? Free(IReadOnlyList<NumaCell> cells, IReadOnlyList<int> ids, PlacementReservation reserved)
    {
        long sum = 0;
        for (int index = 0; index < ids.Count; index++)
        {
            if (Of(cells, ids[index])?.FreeMemory is not ByteSize free)
            {
                return null;
            }

            sum += Math.Max(0, free.Bytes - reserved.CellMemory.GetValueOrDefault(ids[index]).Bytes);
        }

        return sum;
    }

    /// <summary>How many huge pages of a size are free in some cells together; null: one of them does not tell.</summary>
    public static long? FreePages(IReadOnlyList<NumaCell> cells, ByteSize size, IReadOnlyList<int>? among)
    {
        long sum = 0;
        for (int index = 0; index < cells.Count; index++)
        {
            if (among is not null && !GuestMemory.Contains(among, cells[index].Id))
            {
                continue;
            }

            foreach (HugePagePool pool in cells[index].HugePages)
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

    /// <summary>The smallest huge pages of a host: which size is its default it does not tell. Null: it has none.</summary>
    public static ByteSize? SmallestPage(IReadOnlyList<NumaCell> cells)
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

    /// <summary>A cell by its id; null: there is none.</summary>
    public static NumaCell? Of(IReadOnlyList<NumaCell> cells, int id)
    {
        for (int index = 0; index < cells.Count; index++)
        {
            if (cells[index].Id == id)
            {
                return cells[index];
            }
        }

        return null;
    }
}
