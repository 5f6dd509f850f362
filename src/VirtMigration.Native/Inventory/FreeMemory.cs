using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Units;

namespace VirtMigration.Native.Inventory;

/// <summary>What is free on a host now. A driver that does not tell leaves it unknown.</summary>
internal static unsafe class FreeMemory
{
    // VIR_NODE_MEMORY_STATS_ALL_CELLS.
    private const int AllCells = -1;

    /// <summary>All the memory the host's kernel has now, and what of it is free or can be freed at once. The node's static figure
    /// misses memory that was added while it runs.</summary>
    /// <param name="connection">The connection.</param>
    public static (ByteSize? Total, ByteSize? Available) Read(LibvirtConnection connection)
    {
        // Asked without room for an answer, libvirt says how many there are.
        int count = 0;
        if (Libvirt.virNodeGetMemoryStats(connection.Handle, AllCells, null, &count, 0) < 0 || count == 0)
        {
            return (null, null);
        }

        VirNodeMemoryStats[] statistics = new VirNodeMemoryStats[count];
        fixed (VirNodeMemoryStats* first = statistics)
        {
            if (Libvirt.virNodeGetMemoryStats(connection.Handle, AllCells, first, &count, 0) < 0)
            {
                return (null, null);
            }
        }

        long kibibytes = 0;
        ByteSize? total = null;
        foreach (ref readonly VirNodeMemoryStats statistic in statistics.AsSpan(0, count))
        {
            if (statistic.Name.Is("free"u8) || statistic.Name.Is("buffers"u8) || statistic.Name.Is("cached"u8))
            {
                kibibytes += (long)statistic.Value;
            }
            else if (statistic.Name.Is("total"u8))
            {
                total = ByteSize.FromKibibytes((long)statistic.Value);
            }
        }

        return (total, ByteSize.FromKibibytes(kibibytes));
    }

    /// <summary>A NUMA cell with what is free in it. Asked cell by cell, since the ids of cells can have gaps.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="connection">The connection.</param>
    public static NumaCell AddTo(NumaCell cell, LibvirtConnection connection)
    {
        ulong free;
        bool told = Libvirt.virNodeGetCellsFreeMemory(connection.Handle, &free, cell.Id, 1) == 1;
        return cell with { FreeMemory = told ? new ByteSize((long)free) : null, HugePages = AddTo(cell.HugePages, cell.Id, connection) };
    }

    private static HugePagePool[] AddTo(IReadOnlyList<HugePagePool> pools, int cell, LibvirtConnection connection)
    {
        uint[] sizes = [.. pools.Select(pool => (uint)(pool.PageSize.Bytes / 1024))];
        ulong[] counts = new ulong[sizes.Length];
        fixed (uint* size = sizes)
        {
            fixed (ulong* count = counts)
            {
                // libvirt-host.h promises how many it filled in; the test driver fills in all and answers 0.
                bool told = sizes.Length > 0
                    && Libvirt.virNodeGetFreePages(connection.Handle, (uint)sizes.Length, size, cell, 1, count, 0) >= 0;
                return [.. pools.Select((pool, i) => told ? pool with { Free = (long)counts[i] } : pool)];
            }
        }
    }
}
