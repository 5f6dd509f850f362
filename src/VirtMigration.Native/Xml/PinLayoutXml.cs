using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Placement;

namespace VirtMigration.Native.Xml;

/// <summary>Gives a definition other pins (formatdomain, <c>vcpu/@cpuset</c>, <c>cputune</c> and <c>numatune</c>). All else stays as it
/// is to the letter.</summary>
internal static class PinLayoutXml
{
    /// <summary>The definition of a running VM with these pins instead of its own. What the layout leaves out has none. Each thread gets
    /// a pin of its own, also where one set held for several. The vCPUs that are offline may use all CPUs of those online, as soon
    /// as they are: nothing names a CPU that the layout does not name.</summary>
    /// <param name="text">The definition.</param>
    /// <param name="pins">The pins.</param>
    /// <exception cref="FormatException">It is not a definition.</exception>
    /// <exception cref="UnclearCellsException">A memory device names cells that the layout says nothing of.</exception>
    public static string Write(string text, PinLayout pins) => Write(text, null, pins);

    /// <summary>A stored definition, whose pins are those of the running VM (<see cref="Differ"/>), with these pins instead. The layout
    /// is that of the running VM: a thread that is pinned here and does not run there gets all CPUs of those of its kind that do, and
    /// one that is not defined here is left out.</summary>
    /// <param name="text">The stored definition.</param>
    /// <param name="running">What runs.</param>
    /// <param name="pins">The pins.</param>
    /// <exception cref="FormatException">One is not a definition.</exception>
    /// <exception cref="UnclearCellsException">A memory device names cells that the layout says nothing of.</exception>
    public static string WriteStored(string text, string running, PinLayout pins) =>
        Write(text, SafeXml.Read(running, "VM definition"), pins);

    /// <summary>Whether a VM's stored definition has other pins than the running one. Threads that only one of them has do not count,
    /// nor does whether a vCPU is online.</summary>
    /// <param name="running">What runs.</param>
    /// <param name="stored">What the next start uses.</param>
    /// <exception cref="FormatException">One is not a definition.</exception>
    public static bool Differ(string running, string stored)
    {
        XElement one = SafeXml.Read(running, "VM definition");
        XElement other = SafeXml.Read(stored, "stored VM definition");
        int[] vcpus = [.. PinningXml.AllVCpus(one).Intersect(PinningXml.AllVCpus(other))];
        HashSet<int> threads = [.. PinningXml.IoThreadIds(one).Intersect(PinningXml.IoThreadIds(other))];
        return Common(one) != Common(other);

        PinLayout Common(XElement domain) => new()
        {
            VCpus = PinningXml.VCpus(domain, vcpus),
            Emulator = PinningXml.Emulator(domain),
            IoThreads = [.. PinningXml.IoThreads(domain).Where(pin => threads.Contains(pin.Id))],
            Memory = NumaXml.Bindings(domain),
        };
    }

    private static string Write(string text, XElement? running, PinLayout pins)
    {
        XmlEditor editor = XmlEditor.Open(text, "VM definition");
        XElement domain = editor.Root;
        SortedDictionary<int, IReadOnlyList<int>> vcpus = VCpus(domain, running ?? domain, pins);
        SortedDictionary<int, IReadOnlyList<int>> threads = IoThreads(domain, running ?? domain, pins);
        WriteSetForAll(editor, vcpus, threads, pins.Emulator);

        PinGroup cpus = PinGroup.CpuTune(editor);
        cpus.Write("vcpupin", "vcpu", vcpus);
        cpus.Write("emulatorpin", pins.Emulator);
        cpus.Write("iothreadpin", "iothread", threads);
        cpus.Finish();

        PinGroup memory = PinGroup.NumaTune(editor);
        HashSet<int> cells = [.. NumaXml.Cells(domain).Select(cell => cell.Id)];
        memory.WriteForAll(pins.Memory.FirstOrDefault(binding => binding.VirtualCell is null));
        memory.Write(pins.Memory.Where(binding => binding.VirtualCell is int cell && cells.Contains(cell)));
        memory.Finish();
        MemoryDeviceCells.Write(editor, NumaXml.Bindings(domain), pins.Memory);
        return editor.ToString();
    }

    private static SortedDictionary<int, IReadOnlyList<int>> VCpus(XElement domain, XElement running, PinLayout pins)
    {
        int[] all = [.. PinningXml.AllVCpus(domain)];
        return Complete(all, pins.VCpus, PinningXml.VCpus(domain, all.Except(PinningXml.OnlineVCpus(running))));
    }

    private static SortedDictionary<int, IReadOnlyList<int>> IoThreads(XElement domain, XElement running, PinLayout pins)
    {
        IReadOnlySet<int> there = PinningXml.IoThreadIds(running);
        return Complete(
            PinningXml.IoThreadIds(domain),
            pins.IoThreads,
            PinningXml.IoThreads(domain).Where(pin => !there.Contains(pin.Id)));
    }

    // Threads that do not run now have no place in a layout. Those that are pinned stay so, on the CPUs of the others.
    private static SortedDictionary<int, IReadOnlyList<int>> Complete(
        IEnumerable<int> ids, IReadOnlyList<CpuPin> pins, IEnumerable<CpuPin> resting)
    {
        HashSet<int> defined = [.. ids];
        SortedDictionary<int, IReadOnlyList<int>> sets = [];
        foreach (CpuPin pin in pins.Where(pin => defined.Contains(pin.Id)))
        {
            sets[pin.Id] = pin.Cpus;
        }

        int[] together = [.. pins.SelectMany(pin => pin.Cpus)];
        foreach (CpuPin pin in resting.Where(_ => together.Length > 0))
        {
            _ = sets.TryAdd(pin.Id, together);
        }

        return sets;
    }

    // A set for all also holds for threads that are added to the VM later: those get all CPUs that the VM has. It goes where a
    // thread is to be free, because it would tie that one too.
    private static void WriteSetForAll(
        XmlEditor editor,
        SortedDictionary<int, IReadOnlyList<int>> vcpus,
        SortedDictionary<int, IReadOnlyList<int>> threads,
        IReadOnlyList<int>? emulator)
    {
        if (PinningXml.SetForAll(editor.Root) is not { } cpuset)
        {
            return;
        }

        bool allPinned = emulator is not null
            && PinningXml.OnlineVCpus(editor.Root).All(vcpus.ContainsKey)
            && PinningXml.IoThreadIds(editor.Root).All(threads.ContainsKey);
        if (allPinned)
        {
            editor.SetValue(cpuset, CpuSet.Format(vcpus.Values.Concat(threads.Values).SelectMany(set => set).Concat(emulator!)));
        }
        else
        {
            editor.Remove(cpuset);
        }
    }
}
