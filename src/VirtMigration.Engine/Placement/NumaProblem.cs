using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>A request as numbers. Host cells (H) and virtual cells (V) are indexes in the order of their ids. A virtual cell over several
/// host cells has several slots, and a position is a slot's place in the order in which the search goes through them. A resource is
/// ordinary memory, the huge pages of one size, or, as the last, the CPUs; all memory is in bytes.</summary>
internal sealed class NumaProblem
{
    private const int Few = 16;

    /// <summary>Takes a request apart.</summary>
    /// <param name="request">The request.</param>
    /// <param name="unknown">What counts as free where the host does not tell.</param>
    public NumaProblem(NumaAssignmentRequest request, long unknown)
    {
        HostCells = [.. request.HostCells];
        VirtualCells = [.. request.VirtualCells];
        SortCells();
        RequireSense();
        Hosts = HostCells.Length;
        Cells = VirtualCells.Length;
        HostIds = Array.ConvertAll(HostCells, static cell => cell.Id);
        MemoryOf = new int[Cells];
        PageSizes = Sizes();
        Cpu = Array.Exists(VirtualCells, static cell => cell.DedicatedCpus > 0) ? PageSizes.Count : -1;
        Resources = PageSizes.Count + (Cpu >= 0 ? 1 : 0);
        Free = new long[Resources * Hosts];
        ReadFree(unknown);
        Demand = new long[Cells];
        Share = new long[Cells];
        Allowed = new bool[Cells * Hosts];
        Current = new bool[Cells * Hosts];
        ReadCells();
        foreach (NumaVirtualCell cell in VirtualCells)
        {
            Slots += SlotsOf(cell);
        }

        CellAt = new int[Slots];
        FirstOf = new int[Slots];
        FixedMemory = new long[Slots];
        FixedCpus = new long[Slots];
        Line();
        Remaining = new long[Resources * (Slots + 1)];
        Smallest = new long[Resources * (Slots + 1)];
        SplitBefore = new long[Resources * (Slots + 1)];
        Descending = new bool[Resources];
        NextNeed = new long[Resources * Slots];
        SumUp();
    }

    /// <summary>The host cells, by id.</summary>
    public NumaCell[] HostCells { get; }

    /// <summary>The virtual cells, by id.</summary>
    public NumaVirtualCell[] VirtualCells { get; }

    /// <summary>H.</summary>
    public int Hosts { get; }

    /// <summary>V.</summary>
    public int Cells { get; }

    /// <summary>How many positions there are.</summary>
    public int Slots { get; }

    /// <summary>How many resources are asked for.</summary>
    public int Resources { get; }

    /// <summary>The resource that the CPUs are; -1: none is asked for.</summary>
    public int Cpu { get; }

    /// <summary>The ids of the host cells, ascending.</summary>
    public int[] HostIds { get; }

    /// <summary>The page size of each memory resource; null: ordinary memory.</summary>
    public List<ByteSize?> PageSizes { get; }

    /// <summary>What is free, by resource and host cell.</summary>
    public long[] Free { get; }

    /// <summary>The ids of the host cells that do not tell what is free of a resource that is asked for.</summary>
    public IReadOnlyCollection<int> Unknown { get; private set; } = [];

    /// <summary>The memory resource of each virtual cell.</summary>
    public int[] MemoryOf { get; }

    /// <summary>The memory of each virtual cell, in whole pages.</summary>
    public long[] Demand { get; }

    /// <summary>An equal share of it, in whole pages.</summary>
    public long[] Share { get; }

    /// <summary>Whether a virtual cell may be bound to a host cell, by virtual and host cell.</summary>
    public bool[] Allowed { get; }

    /// <summary>Whether a virtual cell is bound to a host cell of that id on the source, by virtual and host cell.</summary>
    public bool[] Current { get; }

    /// <summary>The virtual cell at each position.</summary>
    public int[] CellAt { get; }

    /// <summary>The first position of the virtual cell at each position.</summary>
    public int[] FirstOf { get; }

    /// <summary>The memory that each position needs in its host cell; 0 where it may be split or spill.</summary>
    public long[] FixedMemory { get; }

    /// <summary>The CPUs that each position needs in its host cell; 0 where they may be split.</summary>
    public long[] FixedCpus { get; }

    /// <summary>What a position and those after it need in all, by resource and position. What may be split counts at a virtual cell's last
    /// slot.</summary>
    public long[] Remaining { get; }

    /// <summary>The least that one of them can make use of in a host cell, by resource and position.</summary>
    public long[] Smallest { get; }

    /// <summary>What positions before it need that may be split, by resource and position.</summary>
    public long[] SplitBefore { get; }

    /// <summary>Whether the needs of a resource never grow from position to position (none at all aside), and none may be split.</summary>
    public bool[] Descending { get; }

    /// <summary>What a position, or the next one that needs any, needs of a resource in its host cell, by resource and position.</summary>
    public long[] NextNeed { get; }

    /// <summary>Whether anything may be split between host cells.</summary>
    public bool HasSplit { get; private set; }

    /// <summary>Whether a virtual cell's memory must have room in its host cells.</summary>
    public bool IsHard(int cell) => VirtualCells[cell].Mode != NumaMemoryMode.Preferred;

    /// <summary>What a virtual cell needs of a resource in its host cells together, if that may be split; or 0.</summary>
    public long SplitNeed(int cell, int resource) =>
        VirtualCells[cell].Span == 1 ? 0
        : resource == Cpu ? VirtualCells[cell].DedicatedCpus
        : resource == MemoryOf[cell] && VirtualCells[cell].Mode == NumaMemoryMode.Strict ? Demand[cell]
        : 0;

    /// <summary>What a position needs of a resource in its host cell.</summary>
    public long FixedNeed(int position, int resource) =>
        resource == Cpu ? FixedCpus[position] : resource == MemoryOf[CellAt[position]] ? FixedMemory[position] : 0;

    /// <summary>Whether a position is its virtual cell's last.</summary>
    public bool IsLast(int position) => position + 1 == Slots || CellAt[position + 1] != CellAt[position];

    /// <summary>The index of a host cell, negative where the host has none of that id.</summary>
    public int IndexOf(int id) => Array.BinarySearch(HostIds, id);

    /// <summary>A sum that stays at the largest number instead of going over it.</summary>
    public static long Add(long one, long other) => one > long.MaxValue - other ? long.MaxValue : one + other;

    // Mostly both are in order.
    private void SortCells()
    {
        for (int host = 1; host < HostCells.Length; host++)
        {
            if (HostCells[host].Id < HostCells[host - 1].Id)
            {
                Array.Sort(HostCells, static (one, other) => one.Id.CompareTo(other.Id));
                break;
            }
        }

        for (int cell = 1; cell < VirtualCells.Length; cell++)
        {
            if (VirtualCells[cell].Id < VirtualCells[cell - 1].Id)
            {
                Array.Sort(VirtualCells, static (one, other) => one.Id.CompareTo(other.Id));
                break;
            }
        }
    }

    private void RequireSense()
    {
        for (int host = 1; host < HostCells.Length; host++)
        {
            if (HostCells[host].Id == HostCells[host - 1].Id)
            {
                throw new ArgumentException($"The host has two cells {HostCells[host].Id}.");
            }
        }

        for (int cell = 0; cell < VirtualCells.Length; cell++)
        {
            NumaVirtualCell one = VirtualCells[cell];
            if (cell > 0 && one.Id == VirtualCells[cell - 1].Id)
            {
                throw new ArgumentException($"The VM has two cells {one.Id}.");
            }

            if (one.Span < 1 || one.DedicatedCpus < 0 || one.PageSize is { Bytes: 0 })
            {
                throw new ArgumentException($"Virtual cell {one.Id}: a span is 1 or more, CPUs are 0 or more, and a page has a size.");
            }
        }
    }

    // One that spans more cells than there are is refused before anything looks at its slots.
    private int SlotsOf(NumaVirtualCell cell) => Math.Min(cell.Span, Hosts);

    private List<ByteSize?> Sizes()
    {
        List<ByteSize?> sizes = [];
        for (int cell = 0; cell < Cells; cell++)
        {
            ByteSize? size = VirtualCells[cell].PageSize;
            int resource = sizes.IndexOf(size);
            if (resource < 0)
            {
                resource = sizes.Count;
                sizes.Add(size);
            }

            MemoryOf[cell] = resource;
        }

        return sizes;
    }

    private void ReadFree(long unknown)
    {
        for (int resource = 0; resource < Resources; resource++)
        {
            for (int host = 0; host < Hosts; host++)
            {
                long? free = resource == Cpu ? HostCells[host].Cpus.Count : FreeMemory(HostCells[host], PageSizes[resource]);
                Free[(resource * Hosts) + host] = Math.Max(0, free ?? unknown);
                if (free is null)
                {
                    Unknown = new SortedSet<int>([.. Unknown, HostIds[host]]);
                }
            }
        }
    }

    private static long? FreeMemory(NumaCell host, ByteSize? pageSize)
    {
        if (pageSize is not ByteSize size)
        {
            return host.FreeMemory?.Bytes;
        }

        foreach (HugePagePool pool in host.HugePages)
        {
            if (pool.PageSize == size)
            {
                return pool.Free is long free ? Times(free, size.Bytes) : null;
            }
        }

        return 0;
    }

    private static long Times(long count, long size) => (long)Int128.Min((Int128)count * size, long.MaxValue);

    private void ReadCells()
    {
        for (int cell = 0; cell < Cells; cell++)
        {
            NumaVirtualCell one = VirtualCells[cell];
            long page = one.PageSize?.Bytes ?? 1;
            long pages = (one.Memory.Bytes / page) + (one.Memory.Bytes % page == 0 ? 0 : 1);
            Demand[cell] = Times(pages, page);
            Share[cell] = Times((pages / one.Span) + (pages % one.Span == 0 ? 0 : 1), page);
            Mark(Current, cell, one.CurrentCells);
            if (one.AllowedCells is null)
            {
                Allowed.AsSpan(cell * Hosts, Hosts).Fill(true);
            }
            else
            {
                Mark(Allowed, cell, one.AllowedCells);
            }
        }
    }

    private void Mark(bool[] marks, int cell, IReadOnlyList<int> ids)
    {
        for (int index = 0; index < ids.Count; index++)
        {
            if (IndexOf(ids[index]) is int host and >= 0)
            {
                marks[(cell * Hosts) + host] = true;
            }
        }
    }

    // Largest first: what is hard to place fails early. What may be split comes later, since it fits into what is left, and what may
    // spill last, since it can take no room from the others.
    private void Line()
    {
        int[] order = new int[Cells];
        (int Group, double Part, int Cell)[] keys = new (int, double, int)[Cells];
        for (int cell = 0; cell < Cells; cell++)
        {
            order[cell] = cell;
            long share = IsHard(cell) ? Share[cell] : 0;
            double part = Math.Max(Part(share, MemoryOf[cell]), Cpu < 0 ? 0 : Part(VirtualCells[cell].DedicatedCpus, Cpu));
            keys[cell] = (!IsHard(cell) ? 2 : SplitNeed(cell, MemoryOf[cell]) > 0 ? 1 : 0, -part, cell);
        }

        Sort(keys, order);
        int position = 0;
        for (int index = 0; index < Cells; index++)
        {
            int cell = order[index];
            int first = position;
            for (int slot = 0; slot < SlotsOf(VirtualCells[cell]); slot++, position++)
            {
                CellAt[position] = cell;
                FirstOf[position] = first;
                FixedMemory[position] = IsHard(cell) && SplitNeed(cell, MemoryOf[cell]) == 0 ? Share[cell] : 0;
                FixedCpus[position] = VirtualCells[cell].Span == 1 ? VirtualCells[cell].DedicatedCpus : 0;
            }
        }
    }

    // What compares keys costs more than all else where there are few, so that then they are put in one by one.
    private static void Sort((int Group, double Part, int Cell)[] keys, int[] order)
    {
        if (keys.Length > Few)
        {
            Array.Sort(keys, order, Comparer<(int Group, double Part, int Cell)>.Default);
            return;
        }

        for (int index = 1; index < keys.Length; index++)
        {
            (int Group, double Part, int Cell) key = keys[index];
            int at = index;
            for (; at > 0 && (key.Group < keys[at - 1].Group || (key.Group == keys[at - 1].Group && key.Part < keys[at - 1].Part)); at--)
            {
                keys[at] = keys[at - 1];
                order[at] = order[at - 1];
            }

            keys[at] = key;
            order[at] = key.Cell;
        }
    }

    private double Part(long need, int resource)
    {
        long all = 0;
        for (int host = 0; host < Hosts; host++)
        {
            all = Add(all, Free[(resource * Hosts) + host]);
        }

        return all == 0 ? 0 : need / (double)all;
    }

    private void SumUp()
    {
        for (int resource = 0; resource < Resources; resource++)
        {
            int row = resource * (Slots + 1);
            Descending[resource] = true;
            long largest = long.MaxValue;
            for (int position = 0; position < Slots; position++)
            {
                long split = IsLast(position) ? SplitNeed(CellAt[position], resource) : 0;
                long need = FixedNeed(position, resource);
                SplitBefore[row + position + 1] = Add(SplitBefore[row + position], split);
                HasSplit |= split > 0;
                Descending[resource] &= split == 0 && need <= largest;
                largest = need > 0 ? need : largest;
            }

            Smallest[row + Slots] = long.MaxValue;
            for (int position = Slots - 1; position >= 0; position--)
            {
                long split = IsLast(position) ? SplitNeed(CellAt[position], resource) : 0;
                long need = FixedNeed(position, resource);
                Remaining[row + position] = Add(Remaining[row + position + 1], Add(split, need));
                long least = split > 0 ? 1 : need > 0 ? need : long.MaxValue;
                Smallest[row + position] = Math.Min(Smallest[row + position + 1], least);
                long next = position + 1 == Slots ? 0 : NextNeed[(resource * Slots) + position + 1];
                NextNeed[(resource * Slots) + position] = need > 0 ? need : next;
            }
        }
    }
}
