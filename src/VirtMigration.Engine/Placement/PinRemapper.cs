using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>Finds pins on another host that mean what a VM's pins mean on its own. Pure, and the same for the same input.</summary>
/// <remarks>Pins that mean the same there stay. Else what is tied is given cells (<see cref="NumaAssignment"/>), and then CPUs in them: a
/// whole cell becomes a whole cell, single CPUs become others, each another, so that who shares one still does. What cannot be had is given
/// up step by step, what harms least first, and named in <see cref="PinRemapping.Losses"/>; strict memory and a CPU for each are never
/// given up. It is impossible only where these are proven not to be there.</remarks>
public static class PinRemapper
{
    // What is tried, the best first.
    private static readonly (Step Step, bool Relaxed)[] s_attempts =
    [
        (Step.Cores, false), (Step.Cpus, false), (Step.Cores, true), (Step.Cpus, true),
        (Step.SharedCpus, false), (Step.SharedCpus, true), (Step.AnyCpus, false), (Step.AnyCpus, true),
    ];

    // What an assignment is asked for: a core for each core, also for the emulator's; a CPU for each CPU; one that other VMs are pinned to as
    // well; memory alone, with CPUs of any cell.
    private enum Step
    {
        Cores,
        Cpus,
        SharedCpus,
        AnyCpus,
    }

    /// <summary>What a VM's pins become on a host.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="source">Where it runs.</param>
    /// <param name="destination">Where it might go.</param>
    /// <param name="load">What the destination's VMs take now; null: not known.</param>
    /// <param name="reserved">What VMs that are on their way there will take.</param>
    public static PinRemapping Remap(
        VmDefinition definition, HostInventory source, HostInventory destination, HostLoad? load, PlacementReservation reserved)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(reserved);
        if (definition.VCpuPins.Count == 0 && definition.NumaBindings.Count == 0 && definition.EmulatorPin is null && definition.IoThreadPins.Count == 0)
        {
            return PinRemapping.Nothing;
        }

        PinLayout before = PinLayout.Of(definition);
        return PinFit.Of(definition, source, destination, load, reserved) is not PinFit fit
            ? Same(before, PinRemappingVerdict.Kept, [], [])
            : Find(definition, before, fit, source, destination, load, reserved);
    }

    private static PinRemapping Find(
        VmDefinition definition,
        PinLayout before,
        PinFit fit,
        HostInventory source,
        HostInventory destination,
        HostLoad? load,
        PlacementReservation reserved)
    {
        PinUnits units = PinUnits.Of(definition, source.Facts);
        PinRoom room = new(destination.Facts, load, reserved, oneCell: units.MemoryUnits == 0);
        bool pinsCpus = definition.VCpuPins.Count > 0 || definition.EmulatorPin is not null || definition.IoThreadPins.Count > 0;
        string? silent = pinsCpus && destination.Facts.OnlineCpus.Count == 0 ? "which CPUs are online there is not told"
            : units.MemoryUnits > 0 && destination.Facts.Cells.Count == 0 ? "it tells no NUMA cells"
            : units.MemoryUnits > 0 && pinsCpus && !room.Layout.TellsCells ? "it does not tell which CPUs are in which cell"
            : null;
        if (silent is not null)
        {
            return Same(before, PinRemappingVerdict.NotDecided, [silent], []);
        }

        if (fit.Missing.Count > 0 && units.Cpus.Count > room.Layout.Online.Length)
        {
            return Same(before, PinRemappingVerdict.Impossible, [$"needs {NumaText.Cpus(units.Cpus.Count)} for itself, has {room.Layout.Online.Length}"], []);
        }

        // A VM that starts as it is moves only to where it finds all it wants.
        bool mustMove = fit.Missing.Count > 0;
        bool canRelax = mustMove && units.Units.Exists(unit => unit.Mode == NumaMode.Interleave);
        bool wantsCpus = units.Cpus.Count > 0;
        bool wantsCells = units.Units.Exists(unit => unit.WantsCpus);
        string[] reasons = [.. fit.Missing, .. fit.Open, .. fit.Worse];
        NumaObstacle? obstacle = null;
        foreach ((Step step, bool relaxed) in s_attempts)
        {
            bool tells = step switch
            {
                Step.Cores => wantsCpus || units.Helpers.Count > 0,
                Step.Cpus => wantsCells,
                Step.SharedCpus => wantsCpus && mustMove,
                _ => mustMove || !wantsCpus,
            };
            if (tells && (canRelax || !relaxed)
                && Try(definition, before, units, room, step, relaxed, reasons, ref obstacle) is PinRemapping found)
            {
                return found;
            }
        }

        return !mustMove
            ? fit.Open.Count > 0
                ? Same(before, PinRemappingVerdict.NotDecided, reasons, [])
                : Same(before, PinRemappingVerdict.Kept, [], [.. fit.Worse])
            : Refuse(before, units, room, obstacle);
    }

    private static PinRemapping? Try(
        VmDefinition definition, PinLayout before, PinUnits units, PinRoom room, Step step, bool relaxed, string[] reasons, ref NumaObstacle? obstacle)
    {
        NumaAssignmentRequest request = Request(units, room, step, relaxed);
        NumaAssignmentResult result = NumaAssignment.Assign(request);
        if (result.Verdict != NumaVerdict.Decided)
        {
            obstacle = result.Obstacle ?? obstacle;
            return null;
        }

        if (result.Cost?.Merges > 0 && Apart(request) is { Cost: NumaCost apart } other && apart.Spill <= result.Cost?.Spill && apart.Merges < result.Cost?.Merges)
        {
            result = other;
        }

        PinPlaces places = new(units, result.Placements);
        bool anywhere = step == Step.AnyCpus;
        PinCpuMap? map = PinCpuMap.Find(units, places, room, shared: step == Step.SharedCpus, anywhere)
            ?? (anywhere ? PinCpuMap.Find(units, places, room, shared: true, anywhere) : null);
        if (map is null)
        {
            return null;
        }

        PinLayout after = After(definition, units, places, room, map);
        string[] losses = PinLosses.Of(definition, units, places, room, map, after, result.Cost?.Spill ?? default);
        return after == before
            ? Same(before, PinRemappingVerdict.Kept, [], losses)
            : new() { Verdict = PinRemappingVerdict.Remapped, Before = before, After = after, Reasons = reasons, Losses = losses };
    }

    // A cell's number is worth keeping, but not at the price of heaping up what was spread: without them, who is apart is all that counts.
    private static NumaAssignmentResult Apart(NumaAssignmentRequest request) => NumaAssignment.Assign(request with
    {
        VirtualCells = [.. request.VirtualCells.Select(cell => cell with { CurrentCells = [.. cell.CurrentCells.Select(id => -1 - id)] })],
    });

    private static NumaAssignmentRequest Request(PinUnits units, PinRoom room, Step step, bool relaxed)
    {
        HostLayout there = room.Layout;
        int threads = step == Step.Cores ? units.MostThreads : 1;

        // A cell may be memory alone, and nothing can be pinned to that.
        int[]? withCpus = Array.FindAll(there.CellIds, cell => there.CpusOf(cell).Length > 0);
        withCpus = withCpus.Length == there.CellIds.Length ? null : withCpus;
        NumaCell[] cells = room.Cells(
            cell => step switch
            {
                Step.Cores => WholeCores(room, cell, threads),
                Step.Cpus => Array.FindAll(there.CpusOf(cell), cpu => room.Taken(cpu) == 0),
                Step.SharedCpus => there.CpusOf(cell),
                _ => [],
            },
            cachesCount: !units.Units.Exists(unit => unit is { Mode: not null, Pages: null } && IsHard(unit.Mode.Value, relaxed)));
        NumaVirtualCell[] demands = new NumaVirtualCell[units.Units.Count];
        for (int index = 0; index < demands.Length; index++)
        {
            PinUnit unit = units.Units[index];
            int cpus = step switch
            {
                Step.Cores => unit.Cores,
                Step.AnyCpus => 0,
                _ => unit.Cpus.Count,
            };
            demands[index] = unit.Demand(cells.Length, cpus, relaxed, room.DefaultPage, unit.WantsCpus && (step != Step.AnyCpus || unit.Mode is null) ? withCpus : null);
        }

        return new() { VirtualCells = demands, HostCells = cells, Distances = there.Distances };
    }

    private static bool IsHard(NumaMode mode, bool relaxed) => mode is NumaMode.Strict or NumaMode.Restrictive || (!relaxed && mode == NumaMode.Interleave);

    // One CPU for each core of a cell that is wholly free and has so many.
    private static int[] WholeCores(PinRoom room, int cell, int threads)
    {
        int[][] cores = room.Layout.CoresOf(cell);
        int[] whole = new int[cores.Length];
        int count = 0;
        foreach (int[] core in cores)
        {
            if (core.Length >= threads && (room.TakenThreads(room.Layout.CoreNumberOf(core[0])) == 0 || IsFree(room, core)))
            {
                whole[count++] = core[0];
            }
        }

        return whole[..count];
    }

    private static bool IsFree(PinRoom room, int[] cpus)
    {
        foreach (int cpu in cpus)
        {
            if (room.Taken(cpu) > 0)
            {
                return false;
            }
        }

        return true;
    }

    // Whether it is proven: with all memory that there could be, and nothing asked for but what cannot be given up. What depends on which
    // huge pages are the host's default stays open.
    private static PinRemapping Refuse(PinLayout before, PinUnits units, PinRoom room, NumaObstacle? obstacle)
    {
        NumaCell[] cells = room.CellsAtBest();
        NumaAssignmentResult best = NumaAssignment.Assign(new()
        {
            VirtualCells =
            [
                .. units.Units.Take(units.MemoryUnits).Where(unit => unit.Pages is null || unit.Pages.PageSize is not null || !room.HasSeveralPageSizes)
                    .Select(unit => unit.Demand(cells.Length, 0, relaxed: true, room.DefaultPage)),
            ],
            HostCells = cells,
        });
        bool proven = best.Verdict == NumaVerdict.Infeasible;
        string reason = (obstacle is { Kind: not (NumaObstacleKind.FreeUnknown or NumaObstacleKind.BoundReached) } ? obstacle : best.Obstacle ?? obstacle)?.ToString()
            ?? "no way was found";
        return Same(
            before,
            proven ? PinRemappingVerdict.Impossible : PinRemappingVerdict.NotDecided,
            [proven || best.Obstacle is not null ? reason : $"{reason}, and what more could be freed there is not told"],
            []);
    }

    private static PinLayout After(VmDefinition definition, PinUnits units, PinPlaces places, PinRoom room, PinCpuMap map)
    {
        return new()
        {
            VCpus = Pins(definition.VCpuPins, units.VCpus, nearMemory: true),
            Emulator = units.Emulator is PinShape emulator ? Cpus(emulator, null) : null,
            IoThreads = Pins(definition.IoThreadPins, units.IoThreads, nearMemory: false),
            Memory = (NumaBinding[])[.. units.Bindings.Select(one => one.Binding with { HostCells = Cells(units, places, one.Binding, one.Units) })],
        };

        CpuPin[] Pins(IReadOnlyList<CpuPin> old, PinShape[] shapes, bool nearMemory)
        {
            CpuPin[] pins = new CpuPin[shapes.Length];
            for (int index = 0; index < pins.Length; index++)
            {
                pins[index] = new(old[index].Id, Cpus(shapes[index], nearMemory ? units.UnitOf(old[index].Id) : null));
            }

            return pins;
        }

        int[] Cpus(PinShape shape, PinUnit? unit)
        {
            if (shape.All)
            {
                return room.Layout.Online;
            }

            // Mostly it is a single one.
            if (shape is { Cells.Length: 0, Cpus: [int only] })
            {
                return [map[only]];
            }

            SortedSet<int> cpus = [];
            foreach (int cell in shape.Cells)
            {
                // A vCPU stays with its memory; what has none goes wherever something of that cell goes.
                List<int> images = unit is not null && places.ImageOf(unit, cell) is int own ? [own] : places.ImagesOf(cell);
                foreach (int image in images)
                {
                    cpus.UnionWith(room.Layout.CpusOf(room.Layout.NearestWithCpus(image)));
                }
            }

            foreach (int cpu in shape.Cpus)
            {
                cpus.Add(map[cpu]);
            }

            return [.. cpus];
        }
    }

    // What ties the whole VM has to let each of its cells have its own, where it did.
    private static int[] Cells(PinUnits units, PinPlaces places, NumaBinding binding, List<PinUnit> own)
    {
        SortedSet<int> cells = [.. own.SelectMany(places.Of)];
        if (binding.VirtualCell is null)
        {
            cells.UnionWith(units.Units.Take(units.MemoryUnits).SelectMany(unit => binding.HostCells.Select(cell => places.ImageOf(unit, cell))).OfType<int>());
        }

        return [.. cells];
    }

    private static PinRemapping Same(PinLayout pins, PinRemappingVerdict verdict, string[] reasons, string[] losses) =>
        new() { Verdict = verdict, Before = pins, After = pins, Reasons = reasons, Losses = losses };
}
