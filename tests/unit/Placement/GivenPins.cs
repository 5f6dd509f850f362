using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Placement;

/// <summary>Hosts and VMs with pins.</summary>
internal static class GivenPins
{
    /// <summary>A host whose CPUs are numbered cell by cell, first one thread of each core of all cells, then the others, as x86 does.</summary>
    public static HostInventory Host(string name, int[] cells, int cores, int threads, int free = 64, params HugePagePool[] pools)
    {
        HostInventory host = Given.Host(name);
        int all = cells.Length * cores;
        int[] Core(int index) => [.. Enumerable.Range(0, threads).Select(thread => index + (thread * all))];
        return host with
        {
            Facts = host.Facts with
            {
                Threads = all * threads,
                OnlineCpus = [.. Enumerable.Range(0, all * threads)],
                Cores = [.. Enumerable.Range(0, all).Select(Core)],
                Cells =
                [
                    .. cells.Select((id, index) => new NumaCell(id, Given.GiB(128), Given.GiB(free),
                        [.. Enumerable.Range(index * cores, cores).SelectMany(Core).Order()], pools)),
                ],
                AvailableMemory = Given.GiB(free * cells.Length),
            },
        };
    }

    /// <summary>A host with two cells, 0 and 1, of four cores.</summary>
    public static HostInventory Host(string name, int threads = 1, int free = 64) => Host(name, [0, 1], 4, threads, free);

    public static HostInventory With(this HostInventory host, Func<HostFacts, HostFacts> change) => host with { Facts = change(host.Facts) };

    /// <summary>The host with other memory free in a cell.</summary>
    public static HostInventory WithFree(this HostInventory host, int cell, ByteSize? free) => host.With(facts => facts with
    {
        Cells = [.. facts.Cells.Select(one => one.Id == cell ? one with { FreeMemory = free } : one)],
        AvailableMemory = default(ByteSize),
    });

    /// <summary>The host with these CPUs offline.</summary>
    public static HostInventory Without(this HostInventory host, params int[] cpus) => host.With(facts => facts with
    {
        OnlineCpus = [.. facts.OnlineCpus.Except(cpus)],
        Cells = [.. facts.Cells.Select(cell => cell with { Cpus = [.. cell.Cpus.Except(cpus)] })],
        Cores = [.. facts.Cores.Select(core => (int[])[.. core.Except(cpus)]).Where(core => core.Length > 0)],
    });

    /// <summary>A VM of 16 GiB with a vCPU on each of these CPUs.</summary>
    public static VmDefinition Pinned(params int[] cpus) => Given.Definition() with
    {
        Memory = Given.GiB(16),
        OnlineVCpus = cpus.Length,
        VCpuPins = [.. cpus.Select((cpu, id) => new CpuPin(id, [cpu]))],
    };

    /// <summary>A VM of 16 GiB with pins of several CPUs.</summary>
    public static VmDefinition Pinned(params int[][] pins) => Given.Definition() with
    {
        Memory = Given.GiB(16),
        OnlineVCpus = pins.Length,
        VCpuPins = [.. pins.Select((cpus, id) => new CpuPin(id, cpus))],
    };

    /// <summary>The VM with all its memory tied.</summary>
    public static VmDefinition Tied(this VmDefinition vm, NumaMode mode, params int[] cells) => vm with { NumaBindings = [new(null, mode, cells)] };

    /// <summary>The VM with cells of its own of so many GiB, each tied to one of the host, and its vCPUs dealt out in order.</summary>
    public static VmDefinition InCells(this VmDefinition vm, NumaMode mode, params (int Memory, int Cell)[] cells) => vm with
    {
        Memory = Given.GiB(cells.Sum(cell => cell.Memory)),
        VirtualCells =
        [
            .. cells.Select((cell, id) => new VirtualNumaCell(id,
                [.. vm.VCpuPins.Select(pin => pin.Id).Where(vCpu => vCpu * cells.Length / Math.Max(1, vm.VCpuPins.Count) == id)], Given.GiB(cell.Memory))),
        ],
        NumaBindings = [.. cells.Select((cell, id) => new NumaBinding(id, mode, [cell.Cell]))],
    };

    public static HostLoad Taken(params int[] cpus) => new() { Pins = cpus.ToDictionary(cpu => cpu, _ => 1) };

    public static PinRemapping Remap(this VmDefinition vm, HostInventory from, HostInventory to, HostLoad? load = null, PlacementReservation? reserved = null) =>
        PinRemapper.Remap(vm, from, to, load ?? new(), reserved ?? PlacementReservation.None);

    /// <summary>The outcome in words: <c>Remapped: vCPU 0: 4; CPU 9 is not there; [losses]</c>.</summary>
    public static string Text(this PinRemapping remapping) =>
        $"{remapping.Verdict}: {remapping.After}{(remapping.Losses.Count == 0 ? string.Empty : $" [{string.Join("; ", remapping.Losses)}]")}";
}
