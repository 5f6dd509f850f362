using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;

namespace VirtMigration.UnitTests.Placement;

/// <summary>Judges an answer by what pins mean, by counting and by going through all ways.</summary>
internal static class PinVerifier
{
    /// <summary>What is wrong with an answer; null: nothing.</summary>
    public static string? Wrong(PinCase one, PinRemapping answer) => answer.Verdict switch
    {
        PinRemappingVerdict.Kept => !answer.After.Equals(PinLayout.Of(one.Vm)) ? "kept pins changed" : Startable(one, answer.After) ?? NotKept(one, answer),
        PinRemappingVerdict.Remapped => answer.After.Equals(answer.Before) ? "nothing changed" : answer.Reasons.Count == 0 ? "no reason"
            : Startable(one, answer.After) ?? Pattern(one, answer) ?? Memory(one, answer) ?? Others(one, answer) ?? Siblings(one, answer),
        PinRemappingVerdict.Impossible => !answer.After.Equals(answer.Before) ? "pins changed" : answer.Reasons.Count != 1 ? "no reason"
            : AWay(one) ? "there is a way" : null,
        _ => "the host tells everything",
    };

    private static IEnumerable<int> Cpus(PinLayout pins) =>
        pins.VCpus.Concat(pins.IoThreads).SelectMany(pin => pin.Cpus).Concat(pins.Emulator ?? []);

    // Whether libvirt would start it: CPUs that are there, cells that are there, and strict memory that fits.
    private static string? Startable(PinCase one, PinLayout pins)
    {
        if (Cpus(pins).FirstOrDefault(cpu => !one.To.Facts.OnlineCpus.Contains(cpu), -1) is int missing and >= 0)
        {
            return $"CPU {missing} is not there";
        }

        if (pins.VCpus.Concat(pins.IoThreads).Any(pin => pin.Cpus.Count == 0 || !pin.Cpus.SequenceEqual(pin.Cpus.Distinct().Order())))
        {
            return "a pin without CPUs, or not in order";
        }

        return pins.Memory.Any(binding => binding.HostCells.Count == 0 || binding.HostCells.Any(id => one.To.Facts.Cells.All(cell => cell.Id != id)))
            ? "a cell is not there"
            : Fits(one, one.Vm with { NumaBindings = pins.Memory }, NumaMode.Strict) ? null : "strict memory does not fit";
    }

    private static string? NotKept(PinCase one, PinRemapping answer)
    {
        if (answer.Losses.Count > 0)
        {
            return null;
        }

        int[] alone = [.. Alone(one)];
        return alone.Any(cpu => Taken(one, cpu)) ? "kept although CPUs are taken"
            : alone.Any(cpu => CellOf(one.From, cpu) != CellOf(one.To, cpu) && one.Vm.NumaBindings.Any(binding => binding.HostCells.Contains(CellOf(one.From, cpu)))) ? "kept in another cell than the memory"
            : alone.Any(cpu => alone.Any(other => CellOf(one.From, cpu) == CellOf(one.From, other) != (CellOf(one.To, cpu) == CellOf(one.To, other)))) ? "kept in other cells"
            : !Fits(one, one.Vm, NumaMode.Strict, NumaMode.Restrictive, NumaMode.Interleave) ? "kept without room"
            : null;
    }

    // Memory fits if and only if every set of cells holds what must lie within it (Hall); an interleaved share is tied to its one cell.
    private static bool Fits(PinCase one, VmDefinition vm, params NumaMode[] modes)
    {
        List<(int[] Cells, long Bytes, bool Huge)> needs = [];
        foreach ((long bytes, NumaBinding binding) in Parts(vm).Where(part => modes.Contains(part.Binding.Mode)))
        {
            if (binding.Mode == NumaMode.Interleave)
            {
                needs.AddRange(binding.HostCells.Select(cell => ((int[])[cell], Share(bytes, binding.HostCells.Count, vm.HugePages), vm.HugePages)));
            }
            else
            {
                needs.Add(([.. binding.HostCells], bytes, vm.HugePages));
            }
        }

        int[] ids = [.. one.To.Facts.Cells.Select(cell => cell.Id)];
        return Subsets(ids).All(set => needs.Where(need => need.Cells.All(set.Contains)).Sum(need => need.Bytes) <= set.Sum(id => Free(one, id, vm.HugePages)));
    }

    private static long Share(long bytes, int cells, bool huge)
    {
        long unit = huge ? 2L << 20 : 1;
        long units = (bytes + unit - 1) / unit;
        return (units + cells - 1) / cells * unit;
    }

    private static IEnumerable<(long Bytes, NumaBinding Binding)> Parts(VmDefinition vm)
    {
        NumaBinding? whole = vm.NumaBindings.SingleOrDefault(binding => binding.VirtualCell is null);
        return vm.VirtualCells.Count == 0
            ? whole is null ? [] : [(vm.Memory.Bytes, whole)]
            : vm.VirtualCells.Select(cell => (cell.Memory.Bytes, vm.NumaBindings.SingleOrDefault(binding => binding.VirtualCell == cell.Id) ?? whole!)).Where(part => part.Item2 is not null);
    }

    private static long Free(PinCase one, int id, bool huge)
    {
        NumaCell cell = one.To.Facts.Cells.Single(cell => cell.Id == id);
        return huge ? cell.HugePages.Sum(pool => pool.Free!.Value * pool.PageSize.Bytes)
            : Math.Max(0, cell.FreeMemory!.Value.Bytes - one.Reserved.CellMemory.GetValueOrDefault(id).Bytes);
    }

    private static IEnumerable<int[]> Subsets(int[] ids) =>
        Enumerable.Range(1, (1 << ids.Length) - 1).Select(bits => ids.Where((_, index) => (bits & (1 << index)) != 0).ToArray());

    // CPUs of pins that are neither all nor whole cells: who has how many of them in common with whom must not change. Counted for each set
    // of vCPUs: how many CPUs have exactly these.
    private static string? Pattern(PinCase one, PinRemapping answer)
    {
        if (!answer.After.VCpus.Select(pin => pin.Id).SequenceEqual(answer.Before.VCpus.Select(pin => pin.Id))
            || !answer.After.IoThreads.Select(pin => pin.Id).SequenceEqual(answer.Before.IoThreads.Select(pin => pin.Id))
            || answer.After.Emulator is null != answer.Before.Emulator is null)
        {
            return "other threads";
        }

        int[] single = [.. Enumerable.Range(0, answer.Before.VCpus.Count).Where(index => Wholes(one, index).Length == 0 && !IsAll(one, index))];
        if (Counted([.. single.Select(index => answer.Before.VCpus[index].Cpus)]) != Counted([.. single.Select(index => answer.After.VCpus[index].Cpus)]))
        {
            return "another pattern of sharing";
        }

        foreach (int index in Enumerable.Range(0, answer.Before.VCpus.Count).Except(single))
        {
            IReadOnlyList<int> after = answer.After.VCpus[index].Cpus;
            int[] whole = [.. one.To.Facts.Cells.Where(cell => Online(one, cell).All(after.Contains)).SelectMany(cell => Online(one, cell))];
            int rest = IsAll(one, index) ? 0 : answer.Before.VCpus[index].Cpus.Count(cpu => !Wholes(one, index).Contains(CellOf(one.From, cpu)));
            if (IsAll(one, index) ? !after.SequenceEqual(one.To.Facts.OnlineCpus) : whole.Length == 0 || after.Except(whole).Count() > rest)
            {
                return $"vCPU {index} has no whole cell";
            }
        }

        return null;
    }

    private static string Counted(IReadOnlyList<int>[] pins) => string.Join(" ", pins.SelectMany(pin => pin).Distinct()
        .Select(cpu => string.Join("+", Enumerable.Range(0, pins.Length).Where(index => pins[index].Contains(cpu)))).Order(StringComparer.Ordinal));

    private static bool IsAll(PinCase one, int index)
    {
        CpuPin pin = one.Vm.VCpuPins[index];
        bool tied = Parts(one.Vm).Any(part => part.Binding.VirtualCell is null
            ? one.Vm.VirtualCells.Count == 0 || one.Vm.VirtualCells.Any(cell => cell.VCpus.Contains(pin.Id) && one.Vm.NumaBindings.All(other => other.VirtualCell != cell.Id))
            : one.Vm.VirtualCells.Any(cell => cell.Id == part.Binding.VirtualCell && cell.VCpus.Contains(pin.Id)));
        return pin.Cpus.Count > 1 && one.From.Facts.OnlineCpus.All(pin.Cpus.Contains) && !(one.From.Facts.Cells.Count == 1 && tied);
    }

    private static int[] Wholes(PinCase one, int index) => one.Vm.VCpuPins[index].Cpus is { Count: > 1 } cpus
        ? [.. one.From.Facts.Cells.Where(cell => cell.Cpus.Count > 1 && cell.Cpus.All(cpus.Contains)).Select(cell => cell.Id)]
        : [];

    private static IEnumerable<int> Online(PinCase one, NumaCell cell) => cell.Cpus.Where(cpu => one.To.Facts.OnlineCpus.Contains(cpu));

    // The source's CPUs that vCPUs are pinned to by themselves.
    private static IEnumerable<int> Alone(PinCase one) => Enumerable.Range(0, one.Vm.VCpuPins.Count)
        .Where(index => !IsAll(one, index))
        .SelectMany(index => one.Vm.VCpuPins[index].Cpus.Where(cpu => !Wholes(one, index).Contains(CellOf(one.From, cpu)))).Distinct();

    private static int CellOf(HostInventory host, int cpu) => host.Facts.Cells.Single(cell => cell.Cpus.Contains(cpu)).Id;

    private static bool Taken(PinCase one, int cpu) => one.Load.Pins.ContainsKey(cpu) || one.Reserved.Pins.ContainsKey(cpu);

    private static string? Memory(PinCase one, PinRemapping answer)
    {
        for (int index = 0; index < answer.Before.Memory.Count; index++)
        {
            NumaBinding before = answer.Before.Memory[index];
            NumaBinding after = answer.After.Memory[index];
            if (before.VirtualCell != after.VirtualCell || before.Mode != after.Mode)
            {
                return "another kind of binding";
            }

            bool told = answer.Losses.Any(loss => loss.StartsWith("memory that may lie", StringComparison.Ordinal));
            if (before.HostCells.Count != after.HostCells.Count && !told)
            {
                return "memory in more or fewer cells";
            }

            // What ties the whole VM must let each of its cells have what it is tied to: cgroups see to it.
            if (before.VirtualCell is null && answer.Before.Memory.Select((other, at) => (other, at)).Any(pair =>
                pair.other.HostCells.All(before.HostCells.Contains) && !answer.After.Memory[pair.at].HostCells.All(after.HostCells.Contains)))
            {
                return "a cell of the VM is tied to where the VM may not be";
            }
        }

        bool spills = answer.Losses.Any(loss => loss.Contains("comes from other cells", StringComparison.Ordinal));
        VmDefinition vm = one.Vm with { NumaBindings = answer.After.Memory };
        return !Fits(one, vm, NumaMode.Strict, NumaMode.Restrictive) ? "restrictive memory does not fit"
            : !spills && answer.Before.Memory.All(binding => binding.VirtualCell is not null) && !Fits(one, vm, NumaMode.Strict, NumaMode.Interleave) ? "a share does not fit, and nothing says so"
            : null;
    }

    private static string? Others(PinCase one, PinRemapping answer)
    {
        int[] alone = [.. Alone(one)];
        int[] there = [.. Enumerable.Range(0, answer.After.VCpus.Count).Where(index => Wholes(one, index).Length == 0 && !IsAll(one, index)).SelectMany(index => answer.After.VCpus[index].Cpus).Distinct()];
        bool told = answer.Losses.Any(loss => loss.Contains("of other VMs", StringComparison.Ordinal));
        return there.Any(cpu => Taken(one, cpu)) && !told ? "CPUs are taken, and nothing says so"
            : told && answer.Before.Emulator is null && answer.Before.IoThreads.Count == 0 && there.Length == alone.Length && !there.Any(cpu => Taken(one, cpu)) ? "CPUs are said to be taken"
            : told && answer.Before.Memory.Count == 0 && answer.Before.Emulator is null && answer.Before.IoThreads.Count == 0
                && one.To.Facts.Cells.Count == 1 && one.To.Facts.OnlineCpus.Count(cpu => !Taken(one, cpu)) >= alone.Length ? "CPUs are taken though others are free"
            : null;
    }

    // With a CPU for each vCPU the map can be read off. Threads of one core stay on one, and others apart, wherever the same cells have a way.
    private static string? Siblings(PinCase one, PinRemapping answer)
    {
        if (answer.Before.VCpus.Any(pin => pin.Cpus.Count != 1) || answer.Before.Emulator is not null || answer.Before.IoThreads.Count > 0)
        {
            return null;
        }

        int[] from = [.. answer.Before.VCpus.Select(pin => pin.Cpus[0]).Distinct()];
        int[] to = [.. from.Select(cpu => answer.After.VCpus.First(pin => answer.Before.VCpus.First(old => old.Id == pin.Id).Cpus[0] == cpu).Cpus[0])];
        bool kept = Same(one, from, to, from.Length);
        bool told = answer.Losses.Any(loss => loss.Contains(" a core ", StringComparison.Ordinal));
        if (kept == told)
        {
            return kept ? "a lost core is told and was not" : "a core is lost, and nothing says so";
        }

        bool shares = answer.Losses.Any(loss => loss.Contains("of other VMs", StringComparison.Ordinal));
        return kept || !Way(one, from, to, new int[from.Length], 0, shares) ? null : "there is a way to keep the cores";
    }

    private static bool Same(PinCase one, int[] from, int[] to, int count) => Enumerable.Range(0, count).All(first => Enumerable.Range(0, first).All(second =>
        Core(one.From, from[first]) == Core(one.From, from[second]) == (Core(one.To, to[first]) == Core(one.To, to[second]))));

    private static int Core(HostInventory host, int cpu) => Enumerable.Range(0, host.Facts.Cores.Count).Single(core => host.Facts.Cores[core].Contains(cpu));

    private static bool Way(PinCase one, int[] from, int[] to, int[] chosen, int at, bool shares)
    {
        if (at == from.Length)
        {
            return true;
        }

        foreach (int cpu in one.To.Facts.OnlineCpus)
        {
            chosen[at] = cpu;
            if (CellOf(one.To, cpu) == CellOf(one.To, to[at]) && (shares || !Taken(one, cpu)) && Array.IndexOf(chosen, cpu, 0, at) < 0
                && Same(one, from, chosen, at + 1) && Way(one, from, to, chosen, at + 1, shares))
            {
                return true;
            }
        }

        return false;
    }

    // Whether anything would do: CPUs for all that are alone, cells for strict memory, all of them gone through, and room somewhere for all.
    private static bool AWay(PinCase one)
    {
        if (Alone(one).Count() > one.To.Facts.OnlineCpus.Count)
        {
            return false;
        }

        int[] ids = [.. one.To.Facts.Cells.Select(cell => cell.Id)];
        return Any(0, []);

        bool Any(int index, NumaBinding[] chosen) => index == one.Vm.NumaBindings.Count
            ? Fits(one, one.Vm with { NumaBindings = [.. chosen.Select(binding => Anywhere(binding, ids))] }, NumaMode.Strict, NumaMode.Restrictive, NumaMode.Preferred)
            : Subsets(ids).Where(set => set.Length == Math.Min(ids.Length, one.Vm.NumaBindings[index].HostCells.Count))
                .Any(set => Any(index + 1, [.. chosen, one.Vm.NumaBindings[index] with { HostCells = set }]));
    }

    private static NumaBinding Anywhere(NumaBinding binding, int[] ids) =>
        binding.Mode is NumaMode.Strict or NumaMode.Restrictive ? binding : binding with { Mode = NumaMode.Preferred, HostCells = ids };
}
