using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>Whether a VM's pins, as they are, mean on another host what they mean on its own. It is asked for every VM and every host, so
/// what is usual costs little.</summary>
internal sealed class PinFit
{
    private readonly VmDefinition _definition;
    private readonly HostInventory _source;
    private readonly HostInventory _destination;
    private readonly HostLoad? _load;
    private readonly PlacementReservation _reserved;
    private List<string>? _missing;
    private List<string>? _open;
    private List<string>? _worse;

    private PinFit(VmDefinition definition, HostInventory source, HostInventory destination, HostLoad? load, PlacementReservation reserved)
    {
        _definition = definition;
        _source = source;
        _destination = destination;
        _load = load;
        _reserved = reserved;
    }

    /// <summary>What the VM cannot start without; empty: nothing.</summary>
    public IReadOnlyList<string> Missing => _missing ?? [];

    /// <summary>What the host does not tell.</summary>
    public IReadOnlyList<string> Open => _open ?? [];

    /// <summary>What is worse there, although the VM starts.</summary>
    public IReadOnlyList<string> Worse => _worse ?? [];

    /// <summary>Looks at a VM's pins on a host. Null: they fit.</summary>
    public static PinFit? Of(VmDefinition definition, HostInventory source, HostInventory destination, HostLoad? load, PlacementReservation reserved)
    {
        PinFit fit = new(definition, source, destination, load, reserved);
        if (definition.VCpuPins.Count > 0 || definition.EmulatorPin is not null || definition.IoThreadPins.Count > 0)
        {
            fit.LookAtCpus();
        }

        if (definition.NumaBindings.Count > 0)
        {
            fit.LookAtMemory();
        }

        return fit._missing is null && fit._open is null && fit._worse is null ? null : fit;
    }

    private void LookAtCpus()
    {
        HostFacts there = _destination.Facts;
        if (there.OnlineCpus.Count == 0)
        {
            (_open ??= []).Add("which CPUs are online there is not told");
            return;
        }

        PinUnits units = PinUnits.Of(_definition, _source.Facts);
        if (units.Named.Length == 0)
        {
            return;
        }

        // Mostly all are online, from 0 on.
        HostLayout layout = HostLayout.Of(there, oneCell: false);
        if (there.OnlineCpus[0] != 0 || there.OnlineCpus[^1] != there.OnlineCpus.Count - 1 || units.Named[^1] >= there.OnlineCpus.Count)
        {
            int[] missing = Array.FindAll(units.Named, cpu => !layout.IsOnline(cpu));
            if (missing.Length > 0)
            {
                (_missing ??= []).Add($"{IdText.Named("CPU", missing)} {Is(missing.Length)} not there");
                return;
            }
        }

        LookAtCells(units, layout);
        LookAtOthers(units);
    }

    private void LookAtCells(PinUnits units, HostLayout layout)
    {
        List<int>? elsewhere = null;
        foreach (int cpu in units.Named)
        {
            int here = units.Source.ToldCellOf(cpu);
            int there = layout.ToldCellOf(cpu);
            if (here != there && here != HostLayout.Unknown && there != HostLayout.Unknown)
            {
                (elsewhere ??= []).Add(cpu);
            }
        }

        if (elsewhere is not null)
        {
            (_worse ??= []).Add($"{IdText.Named("CPU", elsewhere)} {Is(elsewhere.Count)} not in the cell that {(elsewhere.Count == 1 ? "it is" : "they are")} in on {_source.Name}");
        }
    }

    // Whole cells were never the VM's alone; single CPUs were meant to be.
    private void LookAtOthers(PinUnits units)
    {
        if ((_load?.Pins.Count ?? 0) == 0 && _reserved.Pins.Count == 0)
        {
            return;
        }

        List<int>? taken = null;
        foreach (int cpu in units.NamedByVCpus)
        {
            if (PinRoom.Taken(cpu, _load, _reserved) > 0)
            {
                (taken ??= []).Add(cpu);
            }
        }

        if (taken is null)
        {
            return;
        }

        taken.RemoveAll(cpu => !units.Cpus.ContainsKey(cpu));
        if (taken.Count > 0)
        {
            (_worse ??= []).Add($"{IdText.Named("CPU", taken)} {Is(taken.Count)} pinned to by other VMs there");
        }
    }

    private void LookAtMemory()
    {
        IReadOnlyList<NumaCell> cells = _destination.Facts.Cells;
        if (cells.Count == 0)
        {
            (_open ??= []).Add("it tells no NUMA cells");
            return;
        }

        SortedSet<int>? missing = null;
        foreach (NumaBinding binding in _definition.NumaBindings)
        {
            foreach (int id in binding.HostCells)
            {
                if (CellMemory.Of(cells, id) is null)
                {
                    (missing ??= []).Add(id);
                }
            }
        }

        if (missing is not null)
        {
            (_missing ??= []).Add($"{IdText.Named("cell", [.. missing])} {Is(missing.Count)} not there");
            return;
        }

        if (HasRoomAtAGlance(cells))
        {
            return;
        }

        // Exactly, with each cell tied to where it is. Only strict memory keeps a VM from starting.
        PinUnits units = PinUnits.Of(_definition, _source.Facts);
        PinRoom room = new(_destination.Facts, _load, _reserved, oneCell: false);
        NumaAssignmentResult exact = InPlace(units, room.Cells(static _ => [], cachesCount: false), room, relaxed: false);
        if (exact.Verdict == NumaVerdict.Decided)
        {
            return;
        }

        // Where all of it is strict, what is asked for then is the same.
        string why = TooSmall(units, cells, room);
        if (units.Units.Exists(unit => unit.Mode is NumaMode.Interleave or NumaMode.Restrictive)
            && InPlace(units, room.Cells(static _ => [], cachesCount: false), room, relaxed: true).Verdict == NumaVerdict.Decided)
        {
            (_worse ??= []).Add(why);
        }
        else if (InPlace(units, room.CellsAtBest(), room, relaxed: true).Verdict == NumaVerdict.Infeasible)
        {
            (_missing ??= []).Add(why);
        }
        else
        {
            (_open ??= []).Add($"{why}, as far as is told");
        }
    }

    // The first that does not even fit alone; or all of them, together.
    private string TooSmall(PinUnits units, IReadOnlyList<NumaCell> cells, PinRoom room)
    {
        foreach (PinUnit unit in units.Units.Take(units.MemoryUnits).Where(unit => unit.Mode != NumaMode.Preferred))
        {
            ByteSize? size = unit.Pages is null ? null : unit.Pages.PageSize ?? room.DefaultPage;
            bool shares = unit.Mode == NumaMode.Interleave;
            foreach (int[] set in shares ? unit.Current.Select(cell => (int[])[cell]) : [unit.Current])
            {
                long need = shares ? (unit.Bytes + unit.Current.Length - 1) / unit.Current.Length : unit.Bytes;
                long free = size is ByteSize page
                    ? ((CellMemory.FreePages(cells, page, set) ?? 0) - _reserved.HugePages.GetValueOrDefault(page)) * page.Bytes
                    : CellMemory.Free(cells, set, _reserved) ?? 0;
                if (need > free)
                {
                    return $"{NumaText.Cells(set)} {(set.Length == 1 ? "has" : "have")} no room for {NumaText.Memory(need, size)} of memory";
                }
            }
        }

        return "the cells that its memory is tied to have no room for all of it";
    }

    private static NumaAssignmentResult InPlace(PinUnits units, NumaCell[] cells, PinRoom room, bool relaxed) => NumaAssignment.Assign(new()
    {
        VirtualCells =
        [
            .. units.Units.Take(units.MemoryUnits).Where(unit => unit.Mode != NumaMode.Preferred && (!relaxed || unit.Mode == NumaMode.Strict))
                .Select(unit => unit.Demand(cells.Length, 0, relaxed, room.DefaultPage) with { Span = unit.Current.Length, AllowedCells = unit.Current }),
        ],
        HostCells = cells,
    });

    // What needs no search: an equal share of each cell is one way to lie in several, and all of them have room for theirs.
    private bool HasRoomAtAGlance(IReadOnlyList<NumaCell> cells)
    {
        Dictionary<(int Cell, long Page), long> wanted = [];
        foreach (MemoryPart part in GuestMemory.Parts(_definition))
        {
            if (part.Binding is not { Mode: not NumaMode.Preferred, HostCells.Count: > 0 } binding)
            {
                continue;
            }

            ByteSize? size = part.Pages is null ? null : part.Pages.PageSize ?? CellMemory.SmallestPage(cells);
            if (part.Pages is not null && (size is null || _reserved.HugePages.Count > 0))
            {
                return false;
            }

            // In bytes, or in pages.
            long page = size?.Bytes ?? 0;
            long amount = page == 0 ? part.Bytes : (part.Bytes + page - 1) / page;
            long share = (amount + binding.HostCells.Count - 1) / binding.HostCells.Count;
            for (int index = 0; index < binding.HostCells.Count; index++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(wanted, (binding.HostCells[index], page), out _) += share;
            }
        }

        foreach (((int id, long page), long amount) in wanted)
        {
            NumaCell cell = CellMemory.Of(cells, id)!;
            long? free = page == 0 ? cell.FreeMemory?.Bytes - _reserved.CellMemory.GetValueOrDefault(id).Bytes : FreePages(cell, page);
            if (!(amount <= free))
            {
                return false;
            }
        }

        return true;
    }

    private static long? FreePages(NumaCell cell, long page)
    {
        foreach (HugePagePool pool in cell.HugePages)
        {
            if (pool.PageSize.Bytes == page)
            {
                return pool.Free;
            }
        }

        return 0;
    }

    private static string Is(int count) => count == 1 ? "is" : "are";
}
