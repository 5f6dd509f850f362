using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Where a host's CPUs are: which cell and which core each is in.</summary>
internal sealed class HostLayout
{
    /// <summary>A CPU's cell or core that is not known.</summary>
    public const int Unknown = -1;

    private readonly Dictionary<int, int[]> _cpus = [];
    private readonly IReadOnlyDictionary<(int From, int To), int> _distances;
    private readonly int[] _cellOf;
    private readonly int[] _coreOf;
    private readonly IdSet _online = new();

    /// <summary>The layout that a host tells.</summary>
    /// <param name="facts">What it tells.</param>
    /// <param name="oneCell">Whether a host that does not tell its CPUs' cells counts as one cell, number 0.</param>
    public HostLayout(HostFacts facts, bool oneCell)
    {
        _distances = facts.CellDistances;
        Online = facts.OnlineCpus.Count > 0 ? [.. facts.OnlineCpus] : [.. facts.Cells.SelectMany(cell => cell.Cpus).Order()];
        _online.Add(Online);
        int count = Online.Length == 0 ? 0 : Online.Max() + 1;
        _cellOf = new int[count];
        _coreOf = new int[count];
        Array.Fill(_cellOf, Unknown);
        Array.Fill(_coreOf, Unknown);
        foreach (NumaCell cell in facts.Cells)
        {
            foreach (int cpu in cell.Cpus)
            {
                if (_online.Contains(cpu))
                {
                    _cellOf[cpu] = cell.Id;
                    TellsCells = true;
                }
            }
        }

        if (!TellsCells && oneCell)
        {
            Array.Fill(_cellOf, 0);
            CellIds = [0];
            _cpus[0] = Online;
        }
        else
        {
            CellIds = [.. facts.Cells.Select(cell => cell.Id).Order()];
            foreach (int id in CellIds)
            {
                _cpus[id] = Array.FindAll(Online, cpu => _cellOf[cpu] == id);
            }
        }

        for (int core = 0; core < facts.Cores.Count; core++)
        {
            foreach (int cpu in facts.Cores[core])
            {
                if (_online.Contains(cpu))
                {
                    _coreOf[cpu] = core;
                }
            }
        }
    }

    /// <summary>The CPUs that are online, ascending; empty: not told.</summary>
    public int[] Online { get; }

    /// <summary>Whether it is told which CPUs are in which cell.</summary>
    public bool TellsCells { get; }

    /// <summary>The cells, ascending.</summary>
    public int[] CellIds { get; }

    /// <summary>Whether a CPU is online.</summary>
    public bool IsOnline(int cpu) => _online.Contains(cpu);

    /// <summary>A CPU's cell, or <see cref="Unknown"/>.</summary>
    public int CellOf(int cpu) => cpu < _cellOf.Length ? _cellOf[cpu] : Unknown;

    /// <summary>A CPU's core, by a number that means nothing but itself, or <see cref="Unknown"/>.</summary>
    public int CoreOf(int cpu) => cpu < _coreOf.Length ? _coreOf[cpu] : Unknown;

    /// <summary>A CPU's core; where that is not known, a number below <see cref="Unknown"/> that only this CPU has.</summary>
    public int OwnCoreOf(int cpu) => CoreOf(cpu) is int core and >= 0 ? core : Unknown - 1 - cpu;

    /// <summary>The CPUs of a cell that are online, ascending.</summary>
    public int[] CpusOf(int cell) => _cpus.GetValueOrDefault(cell) ?? [];

    /// <summary>The cell itself, or, where it is memory alone, the nearest that has CPUs.</summary>
    public int NearestWithCpus(int cell) => CpusOf(cell).Length > 0 ? cell
        : CellIds.Where(other => CpusOf(other).Length > 0).OrderBy(other => Distance(cell, other)).FirstOrDefault(cell);

    /// <summary>The distance between two cells, the longer of both directions.</summary>
    public int Distance(int one, int other)
    {
        int distance = Math.Max(_distances.GetValueOrDefault((one, other)), _distances.GetValueOrDefault((other, one)));
        return distance > 0 ? distance : one == other ? NumaDistance.Local : NumaDistance.Remote;
    }
}
