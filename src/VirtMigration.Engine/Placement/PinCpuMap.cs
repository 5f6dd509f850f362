namespace VirtMigration.Placement;

/// <summary>Chooses a CPU for each CPU of the source that pins name, each another: first the cells, then the cores, so that threads of one
/// core stay on one, and who has a core alone keeps one, then the CPUs. Lower ids go first.</summary>
internal sealed class PinCpuMap
{
    private readonly PinUnits _units;
    private readonly HostLayout _source;
    private readonly PinRoom _room;
    private readonly bool _anywhere;
    private readonly Dictionary<int, int> _map = [];
    private readonly Dictionary<int, int[]> _choices = [];
    private readonly Dictionary<int, int> _cellOf = [];
    private readonly Dictionary<int, List<int>> _offered;
    private readonly Dictionary<int, int> _left = [];

    private PinCpuMap(PinUnits units, HostLayout source, PinRoom room, bool shared, bool anywhere)
    {
        _units = units;
        _source = source;
        _room = room;
        _anywhere = anywhere;
        _offered = room.Layout.CellIds.ToDictionary(cell => cell, cell => room.Layout.CpusOf(cell).Where(cpu => shared || room.Taken(cpu) == 0).ToList());
        foreach ((int cell, List<int> cpus) in _offered)
        {
            _left[cell] = cpus.Count;
        }
    }

    /// <summary>The CPU there for one of the source.</summary>
    public int this[int cpu] => _map[cpu];

    /// <summary>Chooses; null: the cells have too few CPUs.</summary>
    /// <param name="units">What was given cells.</param>
    /// <param name="source">The host they come from.</param>
    /// <param name="room">The host they go to.</param>
    /// <param name="shared">Whether CPUs may be taken that other VMs are pinned to.</param>
    /// <param name="anywhere">Whether CPUs of other cells may be taken.</param>
    public static PinCpuMap? Find(PinUnits units, HostLayout source, PinRoom room, bool shared, bool anywhere)
    {
        PinCpuMap map = new(units, source, room, shared, anywhere);
        if (!map.ChooseCells())
        {
            return null;
        }

        foreach (int cell in room.Layout.CellIds)
        {
            map.Pack([.. units.Cpus.Keys.Where(cpu => map._cellOf[cpu] == cell)], map._offered[cell]);
        }

        foreach (int cpu in units.Helpers)
        {
            map._map[cpu] = map.Helper(cpu);
        }

        return map;
    }

    // Whole cores first, each to its own cell or the next one that has room for all of it; then CPU by CPU, moving others where that helps.
    private bool ChooseCells()
    {
        List<List<int>> cores = [.. _units.Cpus.GroupBy(pair => (pair.Value, _source.OwnCoreOf(pair.Key))).Select(group => group.Select(pair => pair.Key).ToList())];
        foreach (List<int> core in cores)
        {
            int[] choices = Choices(_units.Cpus[core[0]], _source.CellOf(core[0]));
            core.ForEach(cpu => _choices[cpu] = choices);
        }

        List<int> rest = [];
        foreach (List<int> core in cores.OrderBy(core => _choices[core[0]].Length > 1).ThenByDescending(core => core.Count))
        {
            int cell = Array.FindIndex(_choices[core[0]], one => _left[one] >= core.Count);
            if (cell < 0)
            {
                rest.AddRange(core);
                continue;
            }

            core.ForEach(cpu => _cellOf[cpu] = _choices[core[0]][cell]);
            _left[_choices[core[0]][cell]] -= core.Count;
        }

        return rest.TrueForAll(cpu => FindCell(cpu, []));
    }

    private bool FindCell(int cpu, HashSet<int> tried)
    {
        foreach (int cell in _choices[cpu])
        {
            if (!tried.Add(cell))
            {
                continue;
            }

            if (_left[cell] > 0)
            {
                _left[cell]--;
                _cellOf[cpu] = cell;
                return true;
            }

            foreach (int other in _cellOf.Where(pair => pair.Value == cell).Select(pair => pair.Key).ToList())
            {
                if (FindCell(other, tried))
                {
                    _cellOf[cpu] = cell;
                    return true;
                }
            }
        }

        return false;
    }

    // The cell that stands for the CPU's own, then the unit's others, then, where any will do, the nearest.
    private int[] Choices(PinUnit unit, int cell)
    {
        int first = unit.ImageOf(cell) ?? unit.Placed[0];
        IEnumerable<int> cells = unit.Placed.OrderBy(one => one != first);
        return _anywhere
            ? [.. cells, .. _room.Layout.CellIds.Except(unit.Placed).OrderBy(one => unit.Placed.Min(own => _room.Layout.Distance(own, one))).ThenBy(one => one)]
            : [.. cells];
    }

    private void Pack(List<int> cpus, List<int> offered)
    {
        List<Core> cores =
        [
            .. offered.GroupBy(_room.Layout.OwnCoreOf)
                .Select(group => new Core([.. group.OrderBy(_room.Taken).ThenBy(cpu => cpu)], TakenThreads(group.First())))
                .OrderBy(core => core.Taken).ThenBy(core => core.Size).ThenBy(core => core.First),
        ];

        // Of equally many, those first that can keep their numbers.
        List<List<int>> together =
        [
            .. cpus.GroupBy(_source.OwnCoreOf).Select(group => group.ToList()).OrderByDescending(group => group.Count)
                .ThenBy(group => !cores.Exists(core => group.TrueForAll(core.Free.Contains))).ThenBy(group => group[0]),
        ];
        List<List<int>> shared = [];
        foreach (List<int> bundle in together)
        {
            // Any core that is large enough is as good as another for those that follow, since they are not larger.
            Core? own = cores.Find(core => core.IsWhole && bundle.TrueForAll(core.Free.Contains))
                ?? cores.Find(core => core.IsWhole && core.Free.Count >= bundle.Count);
            if (own is null)
            {
                shared.Add(bundle);
                continue;
            }

            Put(bundle, own);
        }

        List<int> alone = [];
        foreach (List<int> bundle in shared)
        {
            if (cores.Where(core => core.Free.Count >= bundle.Count).MinBy(core => core.Free.Count) is not Core core)
            {
                alone.AddRange(bundle);
                continue;
            }

            Put(bundle, core);
        }

        foreach (int cpu in alone)
        {
            Put([cpu], cores.Find(core => core.Free.Count > 0)!);
        }
    }

    private void Put(List<int> bundle, Core core)
    {
        // All keep their numbers, or none does.
        List<int> chosen = bundle.TrueForAll(core.Free.Contains) ? [.. bundle] : core.Free[..bundle.Count];
        core.Free.RemoveAll(chosen.Contains);
        for (int index = 0; index < bundle.Count; index++)
        {
            _map[bundle[index]] = chosen[index];
        }

        core.IsWhole = false;
    }

    private int TakenThreads(int cpu)
    {
        int core = _room.Layout.OwnCoreOf(cpu);
        return Array.FindAll(_room.Layout.Online, one => _room.Layout.OwnCoreOf(one) == core && _room.Taken(one) > 0).Length;
    }

    // Rather one that nothing of the VM uses, then one that no other VM is pinned to, then the nearest, then one as its own lies to the cores
    // of the vCPUs.
    private int Helper(int cpu)
    {
        HostLayout there = _room.Layout;
        SortedSet<int> images = _units.ImagesOf(_source.CellOf(cpu));
        int[] near = images.Count > 0 ? [.. images] : [.. _units.Units.SelectMany(unit => unit.Placed).Distinct()];
        HashSet<int> used = [.. _map.Values];
        int core = _source.CoreOf(cpu);
        HashSet<int> siblings = [.. _map.Where(pair => core >= 0 && _source.CoreOf(pair.Key) == core).Select(pair => there.OwnCoreOf(pair.Value))];
        HashSet<int> cores = [.. _map.Values.Select(there.OwnCoreOf)];
        return there.Online
            .OrderBy(used.Contains)
            .ThenBy(one => _room.Taken(one) > 0)
            .ThenBy(one => there.CellOf(one) is int cell and >= 0 && near.Length > 0 ? near.Min(own => own == cell ? 0 : there.Distance(own, cell)) : int.MaxValue)
            .ThenBy(one => siblings.Count > 0 ? !siblings.Contains(there.OwnCoreOf(one)) : cores.Contains(there.OwnCoreOf(one)))
            .ThenBy(one => one != cpu)
            .ThenBy(one => one)
            .First();
    }

    // A core with what it still offers.
    private sealed class Core(List<int> free, int taken)
    {
        public List<int> Free { get; } = free;

        public int Size { get; } = free.Count;

        public int First { get; } = free.Min();

        public int Taken { get; } = taken;

        public bool IsWhole { get; set; } = true;
    }
}
