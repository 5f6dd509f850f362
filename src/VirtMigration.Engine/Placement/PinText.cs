using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Old and new pins in words.</summary>
internal static class PinText
{
    /// <summary>A line for each group of threads: who, and then the old and the new pins. Threads that follow each other and have the same
    /// pins are one group, and so are those that have one CPU each, as long as a line holds them.</summary>
    /// <param name="before">The old pins.</param>
    /// <param name="after">The new ones, of the same threads.</param>
    /// <param name="columns">How long what follows the name may become.</param>
    public static IEnumerable<(string Who, string Change)> Lines(PinLayout before, PinLayout after, int columns)
    {
        foreach ((string, string) line in Threads("vCPU", before.VCpus, after.VCpus, columns))
        {
            yield return line;
        }

        if (before.Emulator is IReadOnlyList<int> old && after.Emulator is IReadOnlyList<int> now)
        {
            yield return ("emulator", Change(old, now));
        }

        foreach ((string, string) line in Threads("I/O thread", before.IoThreads, after.IoThreads, columns))
        {
            yield return line;
        }

        for (int index = 0; index < before.Memory.Count; index++)
        {
            NumaBinding one = before.Memory[index];
            yield return ($"memory{(one.VirtualCell is int cell ? $" of cell {cell}" : string.Empty)}",
                $"{$"{one.Mode}".ToLowerInvariant()} {Change(one.HostCells, after.Memory[index].HostCells, "cell")}");
        }
    }

    /// <summary>What a VM gets: <c>CPUs 4-5 in cell 1</c>, or <c>cell 1 for its memory</c>.</summary>
    /// <param name="pins">The pins.</param>
    /// <param name="facts">The host.</param>
    public static string Gives(PinLayout pins, HostFacts facts)
    {
        int[] cpus =
        [
            .. pins.VCpus.SelectMany(pin => pin.Cpus).Concat(pins.VCpus.Count > 0 ? [] : (pins.Emulator ?? []).Concat(pins.IoThreads.SelectMany(pin => pin.Cpus))).Distinct().Order(),
        ];
        int[] memory = [.. pins.Memory.SelectMany(binding => binding.HostCells).Distinct().Order()];
        int[] cells = [.. facts.Cells.Where(cell => cpus.Any(cell.Cpus.Contains)).Select(cell => cell.Id).Order()];
        string where = cells.Length == 0 ? string.Empty : $" in {IdText.Named("cell", cells)}";
        return cpus.Length == 0 ? $"{IdText.Named("cell", memory)} for its memory"
            : $"{IdText.Named("CPU", cpus)}{where}{(memory.Length == 0 || memory.SequenceEqual(cells) ? string.Empty : $", and {IdText.Named("cell", memory)} for its memory")}";
    }

    private static IEnumerable<(string Who, string Change)> Threads(string noun, IReadOnlyList<CpuPin> before, IReadOnlyList<CpuPin> after, int columns)
    {
        for (int first = 0, last; first < before.Count; first = last + 1)
        {
            last = first;
            string change = Change(before[first].Cpus, after[first].Cpus);
            while (last + 1 < before.Count && before[last + 1].Id == before[last].Id + 1 && Together(before, after, first, last + 1) is string longer
                && longer.Length <= columns)
            {
                change = longer;
                last++;
            }

            yield return (IdText.Named(noun, [.. Enumerable.Range(before[first].Id, last - first + 1)]), change);
        }
    }

    // Null: they have neither the same pins nor one CPU each.
    private static string? Together(IReadOnlyList<CpuPin> before, IReadOnlyList<CpuPin> after, int first, int last)
    {
        if (before[first].Cpus.SequenceEqual(before[last].Cpus) && after[first].Cpus.SequenceEqual(after[last].Cpus))
        {
            return last > first + 1 && !before[first].Cpus.SequenceEqual(before[first + 1].Cpus) ? null : Change(before[first].Cpus, after[first].Cpus);
        }

        IEnumerable<int> group = Enumerable.Range(first, last - first + 1);
        return group.All(index => before[index].Cpus.Count == 1 && after[index].Cpus.Count == 1)
            && group.Select(index => before[index].Cpus[0]).Distinct().Count() == last - first + 1
            ? $"{Change([.. group.Select(index => before[index].Cpus[0])], [.. group.Select(index => after[index].Cpus[0])])}, one each"
            : null;
    }

    private static string Change(IReadOnlyList<int> before, IReadOnlyList<int> after, string? noun = null) => before.SequenceEqual(after)
        ? $"{Ids(before, noun)} as before"
        : $"{Ids(before, noun)} -> {Ids(after, noun)}";

    private static string Ids(IReadOnlyList<int> ids, string? noun) => noun is null ? IdText.Ranges(ids) : IdText.Named(noun, ids);
}
