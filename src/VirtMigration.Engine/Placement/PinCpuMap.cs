namespace VirtMigration.Placement;

/// <summary>Chooses a CPU for each CPU of the source that pins name, each another: first the cells, then the cores, so that threads of one
/// core stay on one, and who has a core alone keeps one, then the CPUs. Lower ids go first.</summary>
internal sealed class PinCpuMap
{
    private const int None = -1;

    private readonly PinUnits _units;
    private readonly PinPlaces _places;
    private readonly PinRoom _room;
    private readonly HostLayout _there;
    private readonly bool _shared;
    private readonly bool _anywhere;

    // By the source's CPU: the one there, its cell's place among the cells there, and the core it is on with those of its unit.
    private readonly int[] _map;
    private readonly int[] _cellOf;
    private readonly int[] _coreOf;

    // By that core, and by the cell.
    private readonly int[][] _choices;
    private readonly int[] _left;

    // Those that have a cell, in the order in which they got one.
    private readonly List<int> _settled = [];

    // By the CPU there, and by the core.
    private readonly bool[] _used;
    private readonly bool[] _usedCores;

    private PinCpuMap(PinUnits units, PinPlaces places, PinRoom room, bool shared, bool anywhere)
    {
        _units = units;
        _places = places;
        _room = room;
        _there = room.Layout;
        _shared = shared;
        _anywhere = anywhere;
        _map = Unset(units.End);
        _cellOf = Unset(units.End);
        _coreOf = Unset(units.End);
        _choices = new int[units.Cores.Length][];
        _used = new bool[_there.End];
        _usedCores = new bool[_there.CoreCount];
        _left = new int[_there.CellIds.Length];
        for (int cell = 0; cell < _left.Length; cell++)
        {
            foreach (int cpu in _there.CpusOf(_there.CellIds[cell]))
            {
                _left[cell] += Offers(cpu) ? 1 : 0;
            }
        }
    }

    /// <summary>The CPU there for one of the source.</summary>
    public int this[int cpu] => _map[cpu];

    /// <summary>Chooses; null: the cells have too few CPUs.</summary>
    /// <param name="units">What is tied.</param>
    /// <param name="places">The cells it was given.</param>
    /// <param name="room">The host they go to.</param>
    /// <param name="shared">Whether CPUs may be taken that other VMs are pinned to.</param>
    /// <param name="anywhere">Whether CPUs of other cells may be taken.</param>
    public static PinCpuMap? Find(PinUnits units, PinPlaces places, PinRoom room, bool shared, bool anywhere)
    {
        PinCpuMap map = new(units, places, room, shared, anywhere);
        if (!map.ChooseCells())
        {
            return null;
        }

        for (int cell = 0; cell < map._left.Length; cell++)
        {
            int[] cpus = Array.FindAll(units.Pinned, cpu => map._cellOf[cpu] == cell);
            if (cpus.Length > 0)
            {
                Packing packing = new(map, cell);
                packing.Pack(cpus);
            }
        }

        foreach (int cpu in units.HelperCpus)
        {
            map.Set(cpu, map.Helper(cpu));
        }

        return map;
    }

    private static int[] Unset(int count)
    {
        int[] numbers = new int[count];
        Array.Fill(numbers, None);
        return numbers;
    }

    private bool Offers(int cpu) => _shared || _room.Taken(cpu) == 0;

    private void Set(int cpu, int there)
    {
        _map[cpu] = there;
        _used[there] = true;
        _usedCores[_there.CoreNumberOf(there)] = true;
    }

    // Whole cores first, each to its own cell or the next one that has room for all of it; then CPU by CPU, moving others where that helps.
    // Those that have no choice go first, and then the larger ones.
    private bool ChooseCells()
    {
        int most = 0;
        for (int core = 0; core < _choices.Length; core++)
        {
            int[] cpus = _units.Cores[core];
            _choices[core] = Choices(_units.Cpus[cpus[0]], _units.Source.CellOf(cpus[0]));
            most = Math.Max(most, cpus.Length);
            foreach (int cpu in cpus)
            {
                _coreOf[cpu] = core;
            }
        }

        List<int>? rest = null;
        for (int choice = 0; choice < 2; choice++)
        {
            for (int size = most; size > 0; size--)
            {
                for (int core = 0; core < _choices.Length; core++)
                {
                    if (_units.Cores[core].Length == size && _choices[core].Length > 1 == choice > 0 && !Settle(core))
                    {
                        (rest ??= []).AddRange(_units.Cores[core]);
                    }
                }
            }
        }

        return rest is null || rest.TrueForAll(cpu => FindCell(cpu, []));
    }

    private bool Settle(int core)
    {
        int[] cpus = _units.Cores[core];
        foreach (int cell in _choices[core])
        {
            if (_left[cell] >= cpus.Length)
            {
                _left[cell] -= cpus.Length;
                foreach (int cpu in cpus)
                {
                    Settle(cpu, cell);
                }

                return true;
            }
        }

        return false;
    }

    private void Settle(int cpu, int cell)
    {
        if (_cellOf[cpu] == None)
        {
            _settled.Add(cpu);
        }

        _cellOf[cpu] = cell;
    }

    private bool FindCell(int cpu, HashSet<int> tried)
    {
        foreach (int cell in _choices[_coreOf[cpu]])
        {
            if (!tried.Add(cell))
            {
                continue;
            }

            if (_left[cell] > 0)
            {
                _left[cell]--;
                Settle(cpu, cell);
                return true;
            }

            foreach (int other in _settled.FindAll(one => _cellOf[one] == cell))
            {
                if (FindCell(other, tried))
                {
                    Settle(cpu, cell);
                    return true;
                }
            }
        }

        return false;
    }

    // The cell that stands for the CPU's own, then the unit's others, then, where any will do, the nearest.
    private int[] Choices(PinUnit unit, int cell)
    {
        int[] placed = _places.Of(unit);
        int first = _places.ImageOf(unit, cell) ?? placed[0];
        if (placed.Length == 1 && !_anywhere)
        {
            return [_there.IndexOf(first)];
        }

        IEnumerable<int> cells = placed.OrderBy(one => one != first);
        if (_anywhere)
        {
            cells = cells.Concat(_there.CellIds.Except(placed).OrderBy(one => placed.Min(own => _there.Distance(own, one))).ThenBy(one => one));
        }

        return [.. cells.Select(_there.IndexOf)];
    }

    // Rather one that nothing of the VM uses, then one that no other VM is pinned to, then the nearest, then one as its own lies to the cores
    // of the vCPUs, then the one with its number.
    private int Helper(int cpu)
    {
        int core = _units.Source.CoreOf(cpu);
        List<int> siblings = core < 0 ? [] : CoresBeside(core);
        int[] distances = Distances(_units.Source.CellOf(cpu));
        int best = None;
        (bool Used, bool Taken, int Distance, bool Apart, bool Renamed) least = default;
        foreach (int one in _there.Online)
        {
            int cell = _there.CellOf(one);
            int own = _there.CoreNumberOf(one);
            (bool Used, bool Taken, int Distance, bool Apart, bool Renamed) key = (
                _used[one],
                _room.Taken(one) > 0,
                cell >= 0 ? distances[_there.IndexOf(cell)] : int.MaxValue,
                siblings.Count > 0 ? !siblings.Contains(own) : _usedCores[own],
                one != cpu);
            if (best == None || IsLess(key, least))
            {
                (best, least) = (one, key);
            }
        }

        return best;
    }

    private static bool IsLess(
        (bool Used, bool Taken, int Distance, bool Apart, bool Renamed) one, (bool Used, bool Taken, int Distance, bool Apart, bool Renamed) other) =>
        one.Used != other.Used ? other.Used
        : one.Taken != other.Taken ? other.Taken
        : one.Distance != other.Distance ? one.Distance < other.Distance
        : one.Apart != other.Apart ? other.Apart
        : other.Renamed && !one.Renamed;

    // The cores there of what shares a core of the source.
    private List<int> CoresBeside(int core)
    {
        List<int> cores = [];
        Add(_units.Pinned);
        Add(_units.HelperCpus);
        return cores;

        void Add(int[] cpus)
        {
            foreach (int cpu in cpus)
            {
                if (_map[cpu] != None && _units.Source.CoreOf(cpu) == core)
                {
                    cores.Add(_there.CoreNumberOf(_map[cpu]));
                }
            }
        }
    }

    // How far each cell is from those that stand for one of the source, or, where none does, from all of the VM's.
    private int[] Distances(int cell)
    {
        List<int> near = _places.ImagesOf(cell);
        if (near.Count == 0)
        {
            _units.Units.ForEach(unit => near.AddRange(_places.Of(unit)));
        }

        int[] distances = new int[_there.CellIds.Length];
        for (int index = 0; index < distances.Length; index++)
        {
            distances[index] = int.MaxValue;
            foreach (int own in near)
            {
                distances[index] = Math.Min(distances[index], own == _there.CellIds[index] ? 0 : _there.Distance(own, _there.CellIds[index]));
            }
        }

        return distances;
    }

    // One cell's CPUs, core by core: those of the cores that other VMs use least first, then the smaller ones.
    private sealed class Packing
    {
        private readonly PinCpuMap _map;
        private readonly HostLayout _there;
        private readonly Core[] _cores;

        // By the CPU: its core, as long as it is free.
        private readonly int[] _coreOf;

        public Packing(PinCpuMap map, int cell)
        {
            _map = map;
            _there = map._there;
            int[][] all = _there.CoresOf(_there.CellIds[cell]);
            Core[] cores = new Core[all.Length];
            int count = 0;
            bool sorted = true;
            foreach (int[] cpus in all)
            {
                int[] free = Offered(cpus);
                if (free.Length > 0)
                {
                    cores[count] = new(free, map._room.TakenThreads(_there.CoreNumberOf(free[0])));
                    sorted &= count == 0 || cores[count - 1].CompareTo(cores[count]) < 0;
                    count++;
                }
            }

            _cores = count == cores.Length ? cores : cores[..count];
            if (!sorted)
            {
                Array.Sort(_cores);
            }

            _coreOf = Unset(_there.End);
            for (int core = 0; core < _cores.Length; core++)
            {
                foreach (int cpu in _cores[core].Cpus)
                {
                    _coreOf[cpu] = core;
                }
            }
        }

        // Of equally many, those first that can keep their numbers.
        public void Pack(int[] cpus)
        {
            List<int[]> shared = [];
            foreach (int[] bundle in Bundles(cpus))
            {
                // Any core that is large enough is as good as another for those that follow, since they are not larger.
                int own = CoreOf(bundle);
                own = own != None && _cores[own].IsWhole ? own : Array.FindIndex(_cores, core => core.IsWhole && core.Free >= bundle.Length);
                if (own == None)
                {
                    shared.Add(bundle);
                    continue;
                }

                Put(bundle, own);
            }

            List<int> alone = [];
            foreach (int[] bundle in shared)
            {
                int least = None;
                for (int core = 0; core < _cores.Length; core++)
                {
                    least = _cores[core].Free >= bundle.Length && (least == None || _cores[core].Free < _cores[least].Free) ? core : least;
                }

                if (least == None)
                {
                    alone.AddRange(bundle);
                    continue;
                }

                Put(bundle, least);
            }

            foreach (int cpu in alone)
            {
                Put([cpu], Array.FindIndex(_cores, core => core.Free > 0));
            }
        }

        // A core's CPUs that are offered, those first that the fewest are pinned to.
        private int[] Offered(int[] cpus)
        {
            int[] offered = cpus;
            foreach (int cpu in cpus)
            {
                if (_map._room.Taken(cpu) > 0)
                {
                    offered = Array.FindAll(cpus, _map.Offers);
                    break;
                }
            }

            if (offered.Length > 1 && _map._shared)
            {
                offered = [.. offered.OrderBy(_map._room.Taken).ThenBy(cpu => cpu)];
            }

            return offered;
        }

        // What shares a core of the source, the most first.
        private List<int[]> Bundles(int[] cpus)
        {
            PinUnits units = _map._units;
            int[] left = new int[units.CoreCount];
            foreach (int cpu in cpus)
            {
                left[units.CoreNumberOf(cpu)]++;
            }

            int[]?[] byCore = new int[]?[left.Length];
            List<int[]> bundles = new(cpus.Length);
            foreach (int cpu in cpus)
            {
                int core = units.CoreNumberOf(cpu);
                int[]? bundle = byCore[core];
                if (bundle is null)
                {
                    bundle = byCore[core] = new int[left[core]];
                    bundles.Add(bundle);
                }

                bundle[^left[core]] = cpu;
                left[core]--;
            }

            bool alike = bundles.TrueForAll(bundle => bundle.Length == bundles[0].Length && CoreOf(bundle) == None == (CoreOf(bundles[0]) == None));
            return alike ? bundles : [.. bundles.OrderByDescending(bundle => bundle.Length).ThenBy(bundle => CoreOf(bundle) == None).ThenBy(bundle => bundle[0])];
        }

        // The core where all of them can keep their numbers.
        private int CoreOf(int[] bundle)
        {
            int core = bundle[0] < _coreOf.Length ? _coreOf[bundle[0]] : None;
            for (int index = 1; index < bundle.Length && core != None; index++)
            {
                core = bundle[index] < _coreOf.Length && _coreOf[bundle[index]] == core ? core : None;
            }

            return core;
        }

        private void Put(int[] bundle, int core)
        {
            // All keep their numbers, or none does.
            bool keep = CoreOf(bundle) == core;
            int at = 0;
            foreach (int cpu in bundle)
            {
                while (!keep && _coreOf[_cores[core].Cpus[at]] == None)
                {
                    at++;
                }

                int chosen = keep ? cpu : _cores[core].Cpus[at];
                _coreOf[chosen] = None;
                _map.Set(cpu, chosen);
            }

            _cores[core] = _cores[core].Without(bundle.Length);
        }

        // A core with what it offers, how many of its threads others use, and how many are still free.
        private readonly record struct Core(int[] Cpus, int Taken, int Free, bool IsWhole) : IComparable<Core>
        {
            public Core(int[] cpus, int taken)
                : this(cpus, taken, cpus.Length, true)
            {
            }

            public Core Without(int count) => this with { Free = Free - count, IsWhole = false };

            public int CompareTo(Core other) => Taken != other.Taken ? Taken.CompareTo(other.Taken)
                : Cpus.Length != other.Cpus.Length ? Cpus.Length.CompareTo(other.Cpus.Length)
                : Cpus.Min().CompareTo(other.Cpus.Min());
        }
    }
}
