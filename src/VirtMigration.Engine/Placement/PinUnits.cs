using System.Runtime.CompilerServices;
using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>A VM's ties taken apart into what must find a place on another host. That is done once for a definition: it is asked for every
/// host.</summary>
internal sealed class PinUnits
{
    private static readonly ConditionalWeakTable<VmDefinition, PinUnits> s_taken = [];

    private readonly VmDefinition _definition;
    private readonly HostLayout _source;
    private readonly Dictionary<int, PinUnit> _byVirtualCell = [];
    private readonly Dictionary<int, PinUnit> _byVCpu = [];
    private readonly List<(NumaBinding Binding, List<PinUnit> Units)> _bindings = [];
    private readonly PinUnit? _rest;
    private readonly int[] _coreNumbers;
    private int _nextId;

    private PinUnits(VmDefinition definition, HostLayout source)
    {
        _definition = definition;
        _source = source;
        _nextId = definition.VirtualCells.Count == 0 ? 1 : definition.VirtualCells.Max(cell => cell.Id) + 1;
        AddMemory();
        _rest = _bindings.Find(one => one.Binding.VirtualCell is null).Units?.Find(unit => unit.Bytes > 0);
        if (definition.VirtualCells.Count == 0)
        {
            _rest ??= _byVirtualCell.GetValueOrDefault(0);
        }

        MemoryUnits = Units.Count;
        foreach (VirtualNumaCell cell in definition.VirtualCells)
        {
            foreach (int vCpu in cell.VCpus)
            {
                if (_byVirtualCell.TryGetValue(cell.Id, out PinUnit? unit))
                {
                    _byVCpu[vCpu] = unit;
                }
            }
        }

        VCpus = [.. definition.VCpuPins.Select(pin => Shape(pin.Cpus, nearMemory: UnitOf(pin.Id) is not null))];
        Emulator = definition.EmulatorPin is null ? null : Shape(definition.EmulatorPin, nearMemory: false);
        IoThreads = [.. definition.IoThreadPins.Select(pin => Shape(pin.Cpus, nearMemory: false))];
        AddCpus();
        SortedSet<int> named = [.. definition.VCpuPins.SelectMany(pin => pin.Cpus)];
        NamedByVCpus = [.. named];
        named.UnionWith(definition.IoThreadPins.SelectMany(pin => pin.Cpus).Concat(definition.EmulatorPin ?? []));
        Named = [.. named];
        Pinned = [.. Cpus.Keys];
        HelperCpus = [.. Helpers];
        End = Math.Max(Pinned.LastOrDefault(-1), HelperCpus.LastOrDefault(-1)) + 1;
        Cores = [.. Cpus.GroupBy(pair => (pair.Value, _source.OwnCoreOf(pair.Key))).Select(core => core.Select(pair => pair.Key).ToArray())];
        MostThreads = 1;
        _coreNumbers = new int[End];
        foreach (IGrouping<int, int> core in Pinned.GroupBy(_source.OwnCoreOf))
        {
            MostThreads = Math.Max(MostThreads, core.Count());
            foreach (int cpu in core)
            {
                _coreNumbers[cpu] = CoreCount;
            }

            CoreCount++;
        }

        Units.ForEach(unit => unit.Cores = unit.Cpus.Concat(unit.Helpers).Select(_source.OwnCoreOf).Distinct().Count());
    }

    /// <summary>A VM's ties taken apart.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="source">The host that its ties are made for.</param>
    public static PinUnits Of(VmDefinition definition, HostFacts source)
    {
        HostLayout layout = HostLayout.Of(source, oneCell: false);
        if (!s_taken.TryGetValue(definition, out PinUnits? units) || units._source != layout)
        {
            units = new(definition, layout);
            s_taken.AddOrUpdate(definition, units);
        }

        return units;
    }

    /// <summary>The host that the ties are made for.</summary>
    public HostLayout Source => _source;

    /// <summary>What must find a place: memory first, then CPUs that no memory is tied to.</summary>
    public List<PinUnit> Units { get; } = [];

    /// <summary>How many of them have memory.</summary>
    public int MemoryUnits { get; }

    /// <summary>What each pin of a vCPU means, in the order of the pins.</summary>
    public PinShape[] VCpus { get; }

    /// <summary>What the emulator's pin means; null: it has none.</summary>
    public PinShape? Emulator { get; }

    /// <summary>What each pin of an I/O thread means.</summary>
    public PinShape[] IoThreads { get; }

    /// <summary>The source's CPUs that vCPUs are pinned to by themselves, ascending, each with its unit.</summary>
    public SortedDictionary<int, PinUnit> Cpus { get; } = [];

    /// <summary>Those that only the emulator or I/O threads are pinned to, ascending.</summary>
    public SortedSet<int> Helpers { get; } = [];

    /// <summary>Every CPU that a pin names, by itself or with its whole cell, ascending.</summary>
    public int[] Named { get; }

    /// <summary>Those that vCPUs' pins name, ascending.</summary>
    public int[] NamedByVCpus { get; }

    /// <summary>The CPUs of <see cref="Cpus"/>, ascending.</summary>
    public int[] Pinned { get; }

    /// <summary>Those of <see cref="Helpers"/>, ascending.</summary>
    public int[] HelperCpus { get; }

    /// <summary>One more than the highest id of all these CPUs.</summary>
    public int End { get; }

    /// <summary>The CPUs of <see cref="Cpus"/> by unit and core, each ascending, in the order of their first.</summary>
    public int[][] Cores { get; }

    /// <summary>How many cores of the source they are on; one whose core is not known has its own.</summary>
    public int CoreCount { get; }

    /// <summary>How many of <see cref="Cpus"/> are on one core at most; 1 where there are none.</summary>
    public int MostThreads { get; }

    /// <summary>The memory bindings with the units that each stands for.</summary>
    public IReadOnlyList<(NumaBinding Binding, List<PinUnit> Units)> Bindings => _bindings;

    /// <summary>The core of one of <see cref="Cpus"/>, counted from 0 up to <see cref="CoreCount"/>.</summary>
    public int CoreNumberOf(int cpu) => _coreNumbers[cpu];

    /// <summary>The unit of a vCPU's memory; null: it is tied to nothing.</summary>
    public PinUnit? UnitOf(int vCpu) => _byVCpu.GetValueOrDefault(vCpu) ?? _rest;

    // What is tied to the same cells by the binding of the whole VM is one unit for each kind of memory.
    private void AddMemory()
    {
        foreach (NumaBinding binding in _definition.NumaBindings)
        {
            _bindings.Add((binding, []));
        }

        IReadOnlyList<MemoryPart> parts = GuestMemory.Parts(_definition);
        for (int index = 0; index < parts.Count; index++)
        {
            MemoryPart part = parts[index];
            int cell = _definition.VirtualCells.Count == 0 ? 0 : _definition.VirtualCells[index].Id;
            if (part.Binding is null)
            {
                continue;
            }

            List<PinUnit> units = _bindings.Find(one => ReferenceEquals(one.Binding, part.Binding)).Units;
            PinUnit? unit = units.Find(one => one.Pages is null == part.Pages is null && one.Pages?.PageSize == part.Pages?.PageSize);
            if (unit is null)
            {
                unit = Memory(cell, part.Binding, [.. part.Binding.HostCells], part.Pages);
                units.Add(unit);
            }

            unit.Bytes += part.Bytes;
            _byVirtualCell[cell] = unit;
        }

        // A binding may be left without memory of its own: that of the whole VM where each cell has one. It still has to name cells.
        foreach ((NumaBinding binding, List<PinUnit> units) in _bindings)
        {
            int[] left = units.Count > 0 ? [] : [.. binding.HostCells.Where(cell => !Units.Exists(unit => unit.IsOn(cell)))];
            if (left.Length > 0)
            {
                units.Add(Memory(_nextId++, binding, left, null));
            }
        }
    }

    private PinUnit Memory(int id, NumaBinding binding, int[] current, HugePageUse? pages)
    {
        PinUnit unit = new() { Id = id, Index = Units.Count, Mode = binding.Mode, Current = current, Pages = pages };
        Units.Add(unit);
        return unit;
    }

    private PinShape Shape(IReadOnlyList<int> cpus, bool nearMemory) => PinShape.Of(cpus, _source, nearMemory);

    private void AddCpus()
    {
        for (int index = 0; index < VCpus.Length; index++)
        {
            PinUnit? own = UnitOf(_definition.VCpuPins[index].Id);
            foreach (int cell in VCpus[index].Cells)
            {
                Claim(cell);
            }

            foreach (int cpu in VCpus[index].Cpus)
            {
                int cell = _source.CellOf(cpu);
                bool near = own is not null && (cell == HostLayout.Unknown || own.IsOn(cell));
                if (!Cpus.TryGetValue(cpu, out PinUnit? known))
                {
                    Cpus[cpu] = near ? own! : UnitOn(cell, own);
                }
                else if (near && cell != HostLayout.Unknown && UnitsOf(cpu, index).TrueForAll(unit => unit is null || !unit.IsOn(cell)))
                {
                    // Nobody before was at home there.
                    Cpus[cpu] = own!;
                }
            }
        }

        IEnumerable<PinShape> helpers = Emulator is null ? IoThreads : IoThreads.Prepend(Emulator);
        foreach (PinShape shape in helpers)
        {
            foreach (int cell in shape.Cells)
            {
                Claim(cell);
            }

            Helpers.UnionWith(shape.Cpus);
        }

        Helpers.ExceptWith(Cpus.Keys);
        foreach ((int cpu, PinUnit unit) in Cpus)
        {
            unit.Cpus.Add(cpu);
        }

        foreach (int cpu in Helpers)
        {
            UnitOn(_source.CellOf(cpu), Units.Count > 0 ? Units[0] : null).Helpers.Add(cpu);
        }
    }

    // Whole cells may be pinned to by any of those that are there.
    private void Claim(int cell)
    {
        _ = UnitOn(cell, null);
        foreach (PinUnit unit in Units.Where(unit => unit.IsOn(cell)))
        {
            unit.HasWholeCells = true;
        }
    }

    private List<PinUnit?> UnitsOf(int cpu, int before) =>
        [.. Enumerable.Range(0, before).Where(index => Array.IndexOf(VCpus[index].Cpus, cpu) >= 0).Select(index => UnitOf(_definition.VCpuPins[index].Id))];

    // The unit of a cell of the source; one of its own where no memory is tied to that cell.
    private PinUnit UnitOn(int cell, PinUnit? whereUnknown)
    {
        if (cell == HostLayout.Unknown && whereUnknown is not null)
        {
            return whereUnknown;
        }

        PinUnit? unit = Units.Find(one => cell == HostLayout.Unknown ? one.Mode is null && one.Current.Length == 0 : one.IsOn(cell));
        if (unit is null)
        {
            unit = new() { Id = _nextId++, Index = Units.Count, Current = cell == HostLayout.Unknown ? [] : [cell] };
            Units.Add(unit);
        }

        return unit;
    }
}
