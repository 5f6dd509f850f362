using System.Runtime.CompilerServices;
using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Where a host's CPUs are: which cell and which core each is in. What a host told is worked out once, since it is asked for every
/// VM.</summary>
internal sealed class HostLayout
{
    /// <summary>A CPU's cell or core that is not known.</summary>
    public const int Unknown = -1;

    private static readonly ConditionalWeakTable<HostFacts, HostLayout> s_told = [];

    private readonly HostFacts _facts;
    private readonly int[][] _cpus;
    private readonly int[][][] _cores;
    private readonly int[] _longest;
    private readonly int[] _cellOf;
    private readonly int[] _toldCellOf;
    private readonly int[] _coreOf;
    private readonly int[] _coreNumbers;
    private readonly IdSet _online = new();
    private HostLayout? _asOneCell;

    private HostLayout(HostFacts facts, bool oneCell)
    {
        _facts = facts;
        Online = facts.OnlineCpus.Count > 0 ? [.. facts.OnlineCpus] : [.. facts.Cells.SelectMany(cell => cell.Cpus).Order()];
        _online.Add(Online);
        int count = Online.Length == 0 ? 0 : Online.Max() + 1;
        _cellOf = new int[count];
        _coreOf = new int[count];
        Array.Fill(_cellOf, Unknown);
        Array.Fill(_coreOf, Unknown);
        _toldCellOf = new int[facts.Cells.SelectMany(cell => cell.Cpus).DefaultIfEmpty(-1).Max() + 1];
        Array.Fill(_toldCellOf, Unknown);
        foreach (NumaCell cell in facts.Cells)
        {
            foreach (int cpu in cell.Cpus)
            {
                _toldCellOf[cpu] = cell.Id;
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
            _cpus = [Online];
        }
        else
        {
            CellIds = [.. facts.Cells.Select(cell => cell.Id).Order()];
            _cpus = Array.ConvertAll(CellIds, id => Array.FindAll(Online, cpu => _cellOf[cpu] == id));
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

        _coreNumbers = new int[count];
        foreach (IGrouping<int, int> core in Online.GroupBy(OwnCoreOf))
        {
            foreach (int cpu in core)
            {
                _coreNumbers[cpu] = CoreCount;
            }

            CoreCount++;
        }

        _cores = Array.ConvertAll(_cpus, cpus => (int[][])[.. cpus.GroupBy(OwnCoreOf).Select(core => core.ToArray())]);
        _longest = [.. from one in CellIds from other in CellIds select Longest(one, other)];
        Distances = [.. facts.CellDistances.Select(pair => new NumaDistance(pair.Key.From, pair.Key.To, pair.Value))];
    }

    /// <summary>The layout that a host tells.</summary>
    /// <param name="facts">What it tells.</param>
    /// <param name="oneCell">Whether a host that does not tell its CPUs' cells counts as one cell, number 0.</param>
    public static HostLayout Of(HostFacts facts, bool oneCell)
    {
        HostLayout layout = s_told.GetValue(facts, static facts => new(facts, oneCell: false));
        return oneCell && !layout.TellsCells ? layout._asOneCell ??= new(facts, oneCell: true) : layout;
    }

    /// <summary>The CPUs that are online, ascending; empty: not told.</summary>
    public int[] Online { get; }

    /// <summary>One more than the highest id of a CPU that is online.</summary>
    public int End => _cellOf.Length;

    /// <summary>Whether it is told which CPUs are in which cell.</summary>
    public bool TellsCells { get; }

    /// <summary>The cells, ascending.</summary>
    public int[] CellIds { get; }

    /// <summary>The distances that it tells.</summary>
    public NumaDistance[] Distances { get; }

    /// <summary>How many cores its CPUs that are online are on; one whose core is not known has its own.</summary>
    public int CoreCount { get; }

    /// <summary>Whether a CPU is online.</summary>
    public bool IsOnline(int cpu) => _online.Contains(cpu);

    /// <summary>A CPU's cell, or <see cref="Unknown"/>.</summary>
    public int CellOf(int cpu) => cpu < _cellOf.Length ? _cellOf[cpu] : Unknown;

    /// <summary>The cell that a CPU is told to be in, online or not, or <see cref="Unknown"/>.</summary>
    public int ToldCellOf(int cpu) => cpu < _toldCellOf.Length ? _toldCellOf[cpu] : Unknown;

    /// <summary>A CPU's core, by a number that means nothing but itself, or <see cref="Unknown"/>.</summary>
    public int CoreOf(int cpu) => cpu < _coreOf.Length ? _coreOf[cpu] : Unknown;

    /// <summary>A CPU's core; where that is not known, a number below <see cref="Unknown"/> that only this CPU has.</summary>
    public int OwnCoreOf(int cpu) => CoreOf(cpu) is int core and >= 0 ? core : Unknown - 1 - cpu;

    /// <summary>The core of a CPU that is online, counted from 0 up to <see cref="CoreCount"/>.</summary>
    public int CoreNumberOf(int cpu) => _coreNumbers[cpu];

    /// <summary>The place of a cell among <see cref="CellIds"/>; negative: there is none.</summary>
    public int IndexOf(int cell) => Array.IndexOf(CellIds, cell);

    /// <summary>The CPUs of a cell that are online, ascending.</summary>
    public int[] CpusOf(int cell) => IndexOf(cell) is int index and >= 0 ? _cpus[index] : [];

    /// <summary>The same core by core, in the order of the cores' first CPUs.</summary>
    public int[][] CoresOf(int cell) => IndexOf(cell) is int index and >= 0 ? _cores[index] : [];

    /// <summary>The cell itself, or, where it is memory alone, the nearest that has CPUs.</summary>
    public int NearestWithCpus(int cell) => CpusOf(cell).Length > 0 ? cell
        : CellIds.Where(other => CpusOf(other).Length > 0).OrderBy(other => Distance(cell, other)).FirstOrDefault(cell);

    /// <summary>The distance between two cells, the longer of both directions.</summary>
    public int Distance(int one, int other)
    {
        int from = IndexOf(one);
        int to = IndexOf(other);
        return from < 0 || to < 0 ? Longest(one, other) : _longest[(from * CellIds.Length) + to];
    }

    private int Longest(int one, int other)
    {
        int distance = Math.Max(_facts.CellDistances.GetValueOrDefault((one, other)), _facts.CellDistances.GetValueOrDefault((other, one)));
        return distance > 0 ? distance : one == other ? NumaDistance.Local : NumaDistance.Remote;
    }
}
