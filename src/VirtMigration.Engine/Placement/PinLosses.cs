using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What is less good about new pins than about the old ones, seen from the outcome, however it came about.</summary>
internal sealed class PinLosses
{
    private readonly VmDefinition _definition;
    private readonly PinUnits _units;
    private readonly HostLayout _source;
    private readonly PinRoom _room;
    private readonly PinCpuMap _map;
    private readonly List<string> _found = [];

    private PinLosses(VmDefinition definition, PinUnits units, HostLayout source, PinRoom room, PinCpuMap map)
    {
        _definition = definition;
        _units = units;
        _source = source;
        _room = room;
        _map = map;
    }

    /// <summary>A short text each, without a full stop; empty: nothing is less good.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="units">What was given cells.</param>
    /// <param name="source">The host it comes from.</param>
    /// <param name="room">The host it goes to.</param>
    /// <param name="map">The CPUs that were chosen.</param>
    /// <param name="after">The pins they make.</param>
    /// <param name="spill">The memory that comes from other cells.</param>
    public static string[] Of(
        VmDefinition definition, PinUnits units, HostLayout source, PinRoom room, PinCpuMap map, PinLayout after, ByteSize spill)
    {
        PinLosses losses = new(definition, units, source, room, map);
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

        foreach (int cell in _room.Layout.CellIds)
        {
            int[] from = [.. _units.Units.Where(unit => unit.Current.Length == 1 && unit.Placed.Contains(cell)).Select(unit => unit.Current[0]).Distinct().Order()];
            if (from.Length > 1)
            {
                _found.Add($"what is in cells {IdText.Ranges(from)} comes together in cell {cell}");
            }
        }
    }

    private void LookAtOthers()
    {
        int[] taken = [.. _units.Cpus.Keys.Concat(_units.Helpers).Select(cpu => _map[cpu]).Distinct().Where(cpu => _room.Taken(cpu) > 0).Order()];
        if (taken.Length > 0)
        {
            _found.Add($"vCPUs of other VMs are pinned to {IdText.Named("CPU", taken)} too");
        }
    }

    private void LookAtCores()
    {
        HostLayout there = _room.Layout;
        int[] cpus = [.. _units.Cpus.Keys];
        if (Array.TrueForAll(cpus, cpu => _source.CoreOf(cpu) < 0))
        {
            return;
        }

        if (cpus.Length > 1 && Array.Exists(cpus, cpu => there.CoreOf(_map[cpu]) < 0))
        {
            _found.Add("which CPUs share a core there is not told");
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

    // CPUs that left their memory, or each other.
    private void LookAtCells()
    {
        HashSet<int> strayed = [];
        foreach (PinUnit unit in _units.Units)
        {
            int[] near = [.. unit.Cpus.Where(cpu => unit.IsOn(_source.CellOf(cpu)) && Array.IndexOf(unit.Placed, _room.Layout.CellOf(_map[cpu])) < 0)];
            if (near.Length > 0)
            {
                strayed.UnionWith(near);
                _found.Add(unit.Mode is null
                    ? $"{VCpusOn(near, "runs", "run")} in other cells than the rest of what is in {IdText.Named("cell", unit.Current)} on the source"
                    : $"{VCpusOn(near, "runs", "run")} in other cells than {IdText.Named("cell", unit.Placed)}, where the memory is");
            }
        }

        int[] remote =
        [
            .. _definition.VCpuPins.Where((pin, index) => _units.UnitOf(pin.Id) is PinUnit unit
                && (Array.Exists(_units.VCpus[index].Cpus, cpu => !strayed.Contains(cpu) && unit.IsOn(_source.CellOf(cpu)) && Array.IndexOf(unit.Placed, _room.Layout.CellOf(_map[cpu])) < 0)
                    || Array.Exists(_units.VCpus[index].Cells, cell => unit.ImageOf(cell) is int image && _room.Layout.CpusOf(image).Length == 0))).Select(pin => pin.Id).Order(),
        ];
        if (remote.Length > 0)
        {
            _found.Add($"{IdText.Named("vCPU", remote)} {(remote.Length == 1 ? "runs" : "run")} in other cells than where the memory is");
        }
    }

    private void LookAtWholeCells(PinLayout after)
    {
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
        HashSet<int> vCpusThere = [.. _units.Cpus.Keys.Select(cpu => _map[cpu])];
        int[] shared = [.. _units.Helpers.Select(cpu => _map[cpu]).Where(vCpusThere.Contains).Distinct().Order()];
        if (shared.Length > 0)
        {
            _found.Add($"the emulator or I/O threads share {IdText.Named("CPU", shared)} with vCPUs");
        }

        if (_units.Helpers.Select(cpu => _map[cpu]).Distinct().Count() < _units.Helpers.Count)
        {
            int emulator = after.Emulator?.Count ?? 0;
            _found.Add($"the emulator and I/O threads have fewer CPUs than on the source{(emulator > 0 ? $": the emulator has {emulator}" : string.Empty)}");
        }

        int[] far =
        [
            .. _units.Helpers.Where(cpu => _source.CellOf(cpu) >= 0 && !_units.ImagesOf(_source.CellOf(cpu)).Contains(_room.Layout.CellOf(_map[cpu])))
                .Select(cpu => _map[cpu]).Distinct().Order(),
        ];
        if (far.Length > 0)
        {
            _found.Add($"{IdText.Named("CPU", far)} of the emulator or I/O threads {(far.Length == 1 ? "is" : "are")} in another cell than meant");
        }
    }

    private string VCpusOn(int[] cpus, string does, string theyDo)
    {
        int[] ids = [.. _definition.VCpuPins.Where((pin, index) => _units.VCpus[index].Cpus.Intersect(cpus).Any()).Select(pin => pin.Id).Order()];
        return $"{IdText.Named("vCPU", ids)} {(ids.Length == 1 ? does : theyDo)}";
    }

    private static string Count(int count, string noun) => NumaText.Count(count, noun);
}
