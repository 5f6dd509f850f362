using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What a host has for a VM's ties: the CPUs and the memory of its cells, without what others have or were promised.</summary>
internal sealed class PinRoom
{
    private static readonly ByteSize s_usualPage = ByteSize.FromMebibytes(2);

    private readonly HostFacts _facts;
    private readonly PlacementReservation _reserved;
    private readonly bool _oneCell;
    private readonly int[] _taken;
    private readonly int[] _takenThreads;
    private ByteSize? _defaultPage;

    /// <summary>What a host has.</summary>
    /// <param name="facts">What it tells of itself.</param>
    /// <param name="load">What its VMs take; null: not known, and then nothing counts as taken.</param>
    /// <param name="reserved">What is promised there.</param>
    /// <param name="oneCell">Whether a host that does not tell its CPUs' cells may count as one: so it may where no memory is tied.</param>
    public PinRoom(HostFacts facts, HostLoad? load, PlacementReservation reserved, bool oneCell)
    {
        _facts = facts;
        _reserved = reserved;
        Layout = HostLayout.Of(facts, oneCell);
        _oneCell = oneCell && !Layout.TellsCells;
        _taken = new int[Layout.End];
        _takenThreads = new int[Layout.CoreCount];
        Take(load?.Pins);
        Take(reserved.Pins);
        foreach (int cpu in Layout.Online)
        {
            _takenThreads[Layout.CoreNumberOf(cpu)] += _taken[cpu] > 0 ? 1 : 0;
        }
    }

    /// <summary>Where its CPUs are.</summary>
    public HostLayout Layout { get; }

    /// <summary>What stands for its default size of huge pages: the smallest it has.</summary>
    public ByteSize DefaultPage => _defaultPage ??= CellMemory.SmallestPage(_facts.Cells) ?? s_usualPage;

    /// <summary>Whether it has huge pages of several sizes, so that the default may be another.</summary>
    public bool HasSeveralPageSizes => _facts.Cells.SelectMany(cell => cell.HugePages).Select(pool => pool.PageSize).Distinct().Skip(1).Any();

    /// <summary>How many vCPUs of other VMs are pinned to a CPU that is online.</summary>
    public int Taken(int cpu) => _taken[cpu];

    /// <summary>How many threads of a core other VMs are pinned to.</summary>
    /// <param name="core">The core (<see cref="HostLayout.CoreNumberOf"/>).</param>
    public int TakenThreads(int core) => _takenThreads[core];

    /// <summary>How many vCPUs of other VMs are pinned to a CPU, with those that will be.</summary>
    public static int Taken(int cpu, HostLoad? load, PlacementReservation reserved) =>
        (load?.Pins.GetValueOrDefault(cpu) ?? 0) + reserved.Pins.GetValueOrDefault(cpu);

    /// <summary>The cells for an assignment, with what is free for certain.</summary>
    /// <param name="cpus">The CPUs that each cell offers.</param>
    /// <param name="cachesCount">Whether memory in caches counts too. It does where no memory must lie in its cell: it is freed when it is
    /// asked for, wherever it is.</param>
    public NumaCell[] Cells(Func<int, IReadOnlyList<int>> cpus, bool cachesCount) =>
        Cells(cpus, promised: true, cachesCount ? CellMemory.Cached(_facts) / Math.Max(1, _facts.Cells.Count) : 0);

    /// <summary>The cells with all that could be free in each at best: the caches all there, and no promised huge pages among its own.</summary>
    public NumaCell[] CellsAtBest() => Cells(static _ => [], promised: false, CellMemory.Cached(_facts));

    private void Take(IReadOnlyDictionary<int, int>? pins)
    {
        if (pins is null || pins.Count == 0)
        {
            return;
        }

        foreach ((int cpu, int count) in pins)
        {
            if (cpu >= 0 && cpu < _taken.Length)
            {
                _taken[cpu] += count;
            }
        }
    }

    private NumaCell[] Cells(Func<int, IReadOnlyList<int>> cpus, bool promised, long more)
    {
        if (_oneCell)
        {
            return [new(0, default, default(ByteSize), cpus(0), [])];
        }

        NumaCell[] cells = new NumaCell[_facts.Cells.Count];
        for (int index = 0; index < cells.Length; index++)
        {
            NumaCell cell = _facts.Cells[index];
            ByteSize? free = cell.FreeMemory is ByteSize told
                ? new(Math.Max(0, told.Bytes - _reserved.CellMemory.GetValueOrDefault(cell.Id).Bytes) + more)
                : null;
            cells[index] = new(cell.Id, cell.Memory, free, cpus(cell.Id), promised && _reserved.HugePages.Count > 0 ? Without(cell.HugePages) : cell.HugePages);
        }

        return cells;
    }

    private HugePagePool[] Without(IReadOnlyList<HugePagePool> pools) =>
    [
        .. pools.Select(pool => pool with
        {
            Free = pool.Free is long count ? Math.Max(0, count - _reserved.HugePages.GetValueOrDefault(pool.PageSize)) : null,
        }),
    ];
}
