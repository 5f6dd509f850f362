using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Placement;

/// <summary>A VM with pins, the host they are made for and another one, small enough to go through everything.</summary>
internal sealed record PinCase(VmDefinition Vm, HostInventory From, HostInventory To, HostLoad Load, PlacementReservation Reserved)
{
    private static readonly ByteSize s_page = ByteSize.FromMebibytes(2);

    public static PinCase Any(Random random)
    {
        HostInventory from = Host(random, "h1", offline: false);
        HostInventory to = Host(random, "h2", offline: true);
        VmDefinition vm = Pins(random, from);
        vm = random.Next(3) == 0 ? vm : Memory(random, vm, from);
        bool busy = random.Next(2) == 0;
        int[] there = [.. to.Facts.OnlineCpus];
        Dictionary<int, int> Some(int one) => busy ? there.Where(_ => random.Next(one) == 0).ToDictionary(cpu => cpu, _ => 1) : [];
        return new(vm, from, to, new() { Pins = Some(3) }, new()
        {
            Pins = Some(6),
            CellMemory = random.Next(3) == 0 ? new Dictionary<int, ByteSize> { [to.Facts.Cells[0].Id] = Given.GiB(random.Next(1, 8)) } : new Dictionary<int, ByteSize>(),
        });
    }

    public PinRemapping Remap() => PinRemapper.Remap(Vm, From, To, Load, Reserved);

    public override string ToString() => $"{Tell(From)}\n{Tell(To)}\ntaken {string.Join(",", Load.Pins.Keys.Concat(Reserved.Pins.Keys).Order())}, promised "
        + string.Join(", ", Reserved.CellMemory.Select(pair => $"{pair.Key}: {pair.Value}"))
        + $"\n{string.Join(", ", Vm.VirtualCells.Select(cell => $"cell {cell.Id}: {cell.Memory}, vCPUs {string.Join(",", cell.VCpus)}"))}, all {Vm.Memory}";

    private static string Tell(HostInventory host) => $"{host.Name}: "
        + string.Join("; ", host.Facts.Cells.Select(cell => $"cell {cell.Id}: CPUs {string.Join(",", cell.Cpus)}, {cell.FreeMemory}, pages {string.Join(",", cell.HugePages.Select(pool => pool.Free))}"))
        + $"; online {string.Join(",", host.Facts.OnlineCpus)}; cores {string.Join(" ", host.Facts.Cores.Select(core => string.Join("+", core)))}";

    private static HostInventory Host(Random random, string name, bool offline)
    {
        int[] ids = random.Next(3) == 0 ? [1, 4, 6] : [0, 1, 2];
        int threads = random.Next(2) + 1;
        int free = random.Next(4, 16);
        HostInventory host = GivenPins.Host(name, ids[..random.Next(1, 4)], random.Next(1, 4), threads, free,
            random.Next(2) == 0 ? [] : [new HugePagePool(s_page, 9999, random.Next(1024, 5000))]);
        if (random.Next(3) == 0)
        {
            host = host.WithFree(host.Facts.Cells[^1].Id, Given.GiB(random.Next(2, 20)));
        }

        return offline && random.Next(4) == 0 && host.Facts.OnlineCpus.Count > 1 ? host.Without(host.Facts.OnlineCpus[random.Next(host.Facts.OnlineCpus.Count)]) : host;
    }

    private static VmDefinition Pins(Random random, HostInventory from)
    {
        int[] cpus = [.. from.Facts.OnlineCpus];
        int[] few = [.. cpus.OrderBy(_ => random.Next()).Take(random.Next(1, 6))];
        int kind = random.Next(4);
        int[] One() => random.Next(6) switch
        {
            0 => [.. from.Facts.Cells[random.Next(from.Facts.Cells.Count)].Cpus],
            1 => cpus,
            _ => [.. few.Where(_ => random.Next(2) == 0).DefaultIfEmpty(few[0]).Order()],
        };
        int[][] pins = kind switch
        {
            0 => [.. few.Select(cpu => (int[])[cpu])],
            1 => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => One())],
            2 => [.. few.Select(cpu => (int[])[cpu]), few[..1]],
            _ => [],
        };
        VmDefinition vm = GivenPins.Pinned(pins);
        return vm with
        {
            OnlineVCpus = Math.Max(2, pins.Length),
            EmulatorPin = random.Next(4) == 0 ? One() : null,
            IoThreadPins = random.Next(4) == 0 ? [new(1, One()), new(2, One())] : [],
        };
    }

    private static VmDefinition Memory(Random random, VmDefinition vm, HostInventory from)
    {
        int[] ids = [.. from.Facts.Cells.Select(cell => cell.Id)];
        NumaMode Mode() => random.Next(5) switch { 0 => NumaMode.Interleave, 1 => NumaMode.Preferred, 2 => NumaMode.Restrictive, _ => NumaMode.Strict };
        int[] Cells() => random.Next(3) == 0 ? [.. ids.Where(_ => random.Next(2) == 0).DefaultIfEmpty(ids[0])] : [ids[random.Next(ids.Length)]];
        bool pages = random.Next(3) == 0;
        vm = vm with { HugePages = pages, HugePageUses = pages ? [new(s_page, [])] : [] };
        if (random.Next(2) == 0)
        {
            return vm with { Memory = Given.GiB(random.Next(1, 14)), NumaBindings = [new(null, Mode(), Cells())] };
        }

        int count = random.Next(1, 4);
        VirtualNumaCell[] cells = [.. Enumerable.Range(0, count).Select(id =>
            new VirtualNumaCell(id, [.. Enumerable.Range(0, vm.OnlineVCpus).Where(vCpu => vCpu % count == id)], Given.GiB(random.Next(1, 8))))];
        return vm with
        {
            Memory = new(cells.Sum(cell => cell.Memory.Bytes)),
            VirtualCells = cells,
            NumaBindings =
            [
                .. random.Next(3) == 0 ? (NumaBinding[])[new(null, NumaMode.Strict, ids)] : [],
                .. cells.Where(_ => random.Next(5) != 0).Select(cell => new NumaBinding(cell.Id, Mode(), Cells())),
            ],
        };
    }
}
