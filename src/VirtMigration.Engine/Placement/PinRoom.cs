using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What a host has for a VM's ties: the CPUs and the memory of its cells, without what others have or were promised.</summary>
internal sealed class PinRoom
{
    private static readonly ByteSize s_usualPage = ByteSize.FromMebibytes(2);

    private readonly HostFacts _facts;
    private readonly PlacementReservation _reserved;
    private readonly HostLoad? _load;
    private readonly long _cached;
    private readonly bool _oneCell;

    /// <summary>What a host has.</summary>
    /// <param name="facts">What it tells of itself.</param>
    /// <param name="load">What its VMs take; null: not known, and then nothing counts as taken.</param>
    /// <param name="reserved">What is promised there.</param>
    /// <param name="oneCell">Whether a host that does not tell its CPUs' cells may count as one: so it may where no memory is tied.</param>
    public PinRoom(HostFacts facts, HostLoad? load, PlacementReservation reserved, bool oneCell)
    {
        _facts = facts;
        _load = load;
        _reserved = reserved;
        _cached = CellMemory.Cached(facts);
        Layout = new(facts, oneCell);
        _oneCell = oneCell && !Layout.TellsCells;
        Distances = [.. facts.CellDistances.Select(pair => new NumaDistance(pair.Key.From, pair.Key.To, pair.Value))];
    }

    /// <summary>Where its CPUs are.</summary>
    public HostLayout Layout { get; }

    /// <summary>Its distances.</summary>
    public NumaDistance[] Distances { get; }

    /// <summary>What stands for its default size of huge pages: the smallest it has.</summary>
    public ByteSize DefaultPage => CellMemory.SmallestPage(_facts.Cells) ?? s_usualPage;

    /// <summary>Whether it has huge pages of several sizes, so that the default may be another.</summary>
    public bool HasSeveralPageSizes => _facts.Cells.SelectMany(cell => cell.HugePages).Select(pool => pool.PageSize).Distinct().Skip(1).Any();

    /// <summary>How many vCPUs of other VMs are pinned to a CPU.</summary>
    public int Taken(int cpu) => Taken(cpu, _load, _reserved);

    /// <summary>How many vCPUs of other VMs are pinned to a CPU, with those that will be.</summary>
    public static int Taken(int cpu, HostLoad? load, PlacementReservation reserved) =>
        (load?.Pins.GetValueOrDefault(cpu) ?? 0) + reserved.Pins.GetValueOrDefault(cpu);

    /// <summary>The cells for an assignment, with what is free for certain.</summary>
    /// <param name="cpus">The CPUs that each cell offers.</param>
    /// <param name="cachesCount">Whether memory in caches counts too. It does where no memory must lie in its cell: it is freed when it is
    /// asked for, wherever it is.</param>
    public NumaCell[] Cells(Func<int, IReadOnlyList<int>> cpus, bool cachesCount) => Cells(cpus, static (pages, promised) => Math.Max(0, pages - promised),
        cachesCount ? _cached / Math.Max(1, _facts.Cells.Count) : 0);

    /// <summary>The cells with all that could be free in each at best: the caches all there, and no promised huge pages among its own.</summary>
    public NumaCell[] CellsAtBest() => Cells(static _ => [], static (pages, _) => pages, _cached);

    private NumaCell[] Cells(Func<int, IReadOnlyList<int>> cpus, Func<long, long, long> pages, long more) => _oneCell
        ? [new(0, default, default(ByteSize), cpus(0), [])]
        : [.. _facts.Cells.Select(cell => Cell(cell, cpus(cell.Id), pages, more))];

    private NumaCell Cell(NumaCell cell, IReadOnlyList<int> cpus, Func<long, long, long> pages, long more) => cell with
    {
        FreeMemory = cell.FreeMemory is ByteSize free
            ? new(Math.Max(0, free.Bytes - _reserved.CellMemory.GetValueOrDefault(cell.Id).Bytes) + more)
            : null,
        Cpus = cpus,
        HugePages = [.. cell.HugePages.Select(pool => pool with
        {
            Free = pool.Free is long count ? pages(count, _reserved.HugePages.GetValueOrDefault(pool.PageSize)) : null,
        })],
    };
}
