using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What is less good about new pins than about the old ones, seen from the outcome, however it came about.</summary>
internal sealed class PinLosses
{
    private readonly VmDefinition _definition;
    private readonly PinUnits _units;
    private readonly PinPlaces _places;
    private readonly HostLayout _source;
    private readonly PinRoom _room;
    private readonly PinCpuMap _map;
    private readonly List<string> _found = [];

    // What was chosen for the source's CPUs, in their order: first those of the vCPUs, then the others.
    private readonly int[] _there;

    private PinLosses(VmDefinition definition, PinUnits units, PinPlaces places, PinRoom room, PinCpuMap map)
    {
        _definition = definition;
        _units = units;
        _places = places;
        _source = units.Source;
        _room = room;
        _map = map;
        _there = new int[units.Pinned.Length + units.HelperCpus.Length];
        for (int index = 0; index < _there.Length; index++)
        {
            int helper = index - units.Pinned.Length;
            _there[index] = map[helper < 0 ? units.Pinned[index] : units.HelperCpus[helper]];
        }
    }

    /// <summary>A short text each, without a full stop; empty: nothing is less good.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="units">What is tied.</param>
    /// <param name="places">The cells it was given.</param>
    /// <param name="room">The host it goes to.</param>
    /// <param name="map">The CPUs that were chosen.</param>
    /// <param name="after">The pins they make.</param>
    /// <param name="spill">The memory that comes from other cells.</param>
    public static string[] Of(
        VmDefinition definition, PinUnits units, PinPlaces places, PinRoom room, PinCpuMap map, PinLayout after, ByteSize spill)
    {
        PinLosses losses = new(definition, units, places, room, map);
        losses.LookAtMemory(after, spill);
        losses.LookAtOthers();
        losses.LookAtCores();
        losses.LookAtCells();
        losses.LookAtWholeCells(after);
        losses.LookAtHelpers(after);
        return [.. losses._found];
    }

    private void LookAtMemory(PinLayout after, ByteSize spill)
    {
        if (spill.Bytes > 0)
        {
            _found.Add($"{spill} of its memory comes from other cells than it is tied to");
        }

        for (int index = 0; index < after.Memory.Count; index++)
        {
            int before = _definition.NumaBindings[index].HostCells.Count;
            int now = after.Memory[index].HostCells.Count;
            if (before != now)
            {
                _found.Add($"memory that may lie in {Count(before, "cell")} may lie in {now}");
            }
        }

        foreach (int cell in _units.Units.Count < 2 ? [] : _room.Layout.CellIds)
        {
            int[] from = [.. _units.Units.Where(unit => unit.Current.Length == 1 && _places.IsOn(unit, cell)).Select(unit => unit.Current[0]).Distinct().Order()];
            if (from.Length > 1)
            {
                _found.Add($"what is in cells {IdText.Ranges(from)} comes together in cell {cell}");
            }
        }
    }

    private void LookAtOthers()
    {
        int[] taken = [.. Array.FindAll(_there, cpu => _room.Taken(cpu) > 0).Distinct().Order()];
        if (taken.Length > 0)
        {
            _found.Add($"vCPUs of other VMs are pinned to {IdText.Named("CPU", taken)} too");
        }
    }

    private void LookAtCores()
    {
        HostLayout there = _room.Layout;
        int[] cpus = _units.Pinned;
        if (Array.TrueForAll(cpus, cpu => _source.CoreOf(cpu) < 0))
        {
            return;
        }

        if (cpus.Length > 1 && Array.Exists(_there[..cpus.Length], cpu => there.CoreOf(cpu) < 0))
        {
            _found.Add("which CPUs share a core there is not told");
            return;
        }

        if (CoresMatch())
        {
            return;
        }

        int[] torn = [.. cpus.GroupBy(_source.OwnCoreOf).Where(core => core.Select(cpu => there.OwnCoreOf(_map[cpu])).Distinct().Skip(1).Any()).SelectMany(core => core)];
        int[] joined = [.. cpus.GroupBy(cpu => there.OwnCoreOf(_map[cpu])).Where(core => core.Select(_source.OwnCoreOf).Distinct().Skip(1).Any()).SelectMany(core => core)];
        if (torn.Length > 0)
        {
            _found.Add($"{VCpusOn(torn, "no longer shares", "no longer share")} a core as on the source");
        }

        if (joined.Length > 0)
        {
            _found.Add($"{VCpusOn(joined, "shares", "share")} a core with what is on another on the source");
        }
    }

    // Whether each core of the source has become one core, which is nobody else's.
    private bool CoresMatch()
    {
        Span<int> coreOf = stackalloc int[256];
        Span<int> heldBy = stackalloc int[256];
        coreOf = _units.CoreCount <= coreOf.Length ? coreOf[.._units.CoreCount] : new int[_units.CoreCount];
        heldBy = _room.Layout.CoreCount <= heldBy.Length ? heldBy[.._room.Layout.CoreCount] : new int[_room.Layout.CoreCount];
        coreOf.Fill(HostLayout.Unknown);
        heldBy.Fill(HostLayout.Unknown);
        for (int index = 0; index < _units.Pinned.Length; index++)
        {
            int here = _units.CoreNumberOf(_units.Pinned[index]);
            int core = _room.Layout.CoreNumberOf(_there[index]);
            if ((coreOf[here] != HostLayout.Unknown && coreOf[here] != core) || (heldBy[core] != HostLayout.Unknown && heldBy[core] != here))
            {
                return false;
            }

            coreOf[here] = core;
            heldBy[core] = here;
        }

        return true;
    }

    // CPUs that left their memory, or each other.
    private void LookAtCells()
    {
        HashSet<int> strayed = [];
        foreach (PinUnit unit in _units.Units)
        {
            List<int> near = unit.Cpus.FindAll(cpu => unit.IsOn(_source.CellOf(cpu)) && !_places.IsOn(unit, _room.Layout.CellOf(_map[cpu])));
            if (near.Count > 0)
            {
                strayed.UnionWith(near);
                _found.Add(unit.Mode is null
                    ? $"{VCpusOn(near, "runs", "run")} in other cells than the rest of what is in {IdText.Named("cell", unit.Current)} on the source"
                    : $"{VCpusOn(near, "runs", "run")} in other cells than {IdText.Named("cell", _places.Of(unit))}, where the memory is");
            }
        }

        List<int> remote = [];
        for (int index = 0; index < _definition.VCpuPins.Count; index++)
        {
            int vCpu = _definition.VCpuPins[index].Id;
            if (_units.UnitOf(vCpu) is PinUnit unit && IsRemote(_units.VCpus[index], unit, strayed))
            {
                remote.Add(vCpu);
            }
        }

        remote.Sort();
        if (remote.Count > 0)
        {
            _found.Add($"{IdText.Named("vCPU", remote)} {(remote.Count == 1 ? "runs" : "run")} in other cells than where the memory is");
        }
    }

    private bool IsRemote(PinShape shape, PinUnit unit, HashSet<int> strayed)
    {
        foreach (int cpu in shape.Cpus)
        {
            if (!strayed.Contains(cpu) && unit.IsOn(_source.CellOf(cpu)) && !_places.IsOn(unit, _room.Layout.CellOf(_map[cpu])))
            {
                return true;
            }
        }

        foreach (int cell in shape.Cells)
        {
            if (_places.ImageOf(unit, cell) is int image && _room.Layout.CpusOf(image).Length == 0)
            {
                return true;
            }
        }

        return false;
    }

    private void LookAtWholeCells(PinLayout after)
    {
        if (!Array.Exists(_units.VCpus, static shape => shape.Cells.Length > 0 || shape.All))
        {
            return;
        }

        foreach (IGrouping<string, int> group in Enumerable.Range(0, after.VCpus.Count)
            .Where(index => _units.VCpus[index].Cells.Length > 0 || _units.VCpus[index].All).GroupBy(index => IdText.Ranges(after.VCpus[index].Cpus)))
        {
            int vCpus = group.Count();
            int before = group.Min(index => _definition.VCpuPins[index].Cpus.Count);
            int now = after.VCpus[group.First()].Cpus.Count;
            if (now < vCpus && now < before)
            {
                _found.Add($"{Count(vCpus, "vCPU")} share {now} CPU{(now == 1 ? string.Empty : "s")} ({group.Key}), {before} on the source");
            }
        }
    }

    private void LookAtHelpers(PinLayout after)
    {
        int[] helpers = _units.HelperCpus;
        if (helpers.Length == 0)
        {
            return;
        }

        ReadOnlySpan<int> vCpusThere = _there.AsSpan(0, _units.Pinned.Length);
        SortedSet<int> used = [];
        SortedSet<int> shared = [];
        SortedSet<int> far = [];
        for (int index = 0; index < helpers.Length; index++)
        {
            int there = _there[vCpusThere.Length + index];
            int cell = _source.CellOf(helpers[index]);
            used.Add(there);
            if (vCpusThere.Contains(there))
            {
                shared.Add(there);
            }

            if (cell >= 0 && !_units.Units.Exists(unit => _places.ImageOf(unit, cell) == _room.Layout.CellOf(there)))
            {
                far.Add(there);
            }
        }

        if (shared.Count > 0)
        {
            _found.Add($"the emulator or I/O threads share {IdText.Named("CPU", [.. shared])} with vCPUs");
        }

        if (used.Count < helpers.Length)
        {
            int emulator = after.Emulator?.Count ?? 0;
            _found.Add($"the emulator and I/O threads have fewer CPUs than on the source{(emulator > 0 ? $": the emulator has {emulator}" : string.Empty)}");
        }

        if (far.Count > 0)
        {
            _found.Add($"{IdText.Named("CPU", [.. far])} of the emulator or I/O threads {(far.Count == 1 ? "is" : "are")} in another cell than meant");
        }
    }

    private string VCpusOn(IReadOnlyCollection<int> cpus, string does, string theyDo)
    {
        List<int> ids = [];
        for (int index = 0; index < _definition.VCpuPins.Count; index++)
        {
            if (Array.Exists(_units.VCpus[index].Cpus, cpus.Contains))
            {
                ids.Add(_definition.VCpuPins[index].Id);
            }
        }

        ids.Sort();
        return $"{IdText.Named("vCPU", ids)} {(ids.Count == 1 ? does : theyDo)}";
    }

    private static string Count(int count, string noun) => NumaText.Count(count, noun);
}
