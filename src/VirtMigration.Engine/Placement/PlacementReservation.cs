using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What VMs that were placed on a host, but are not there yet, will take of it.</summary>
public sealed record PlacementReservation
{
    /// <summary>Nothing.</summary>
    public static PlacementReservation None { get; } = new();

    /// <summary>The VMs, by name.</summary>
    public IReadOnlyList<string> Vms { get; init; } = [];

    /// <summary>The VMs, by UUID.</summary>
    public IReadOnlySet<Guid> VmIds { get; init; } = new HashSet<Guid>();

    /// <summary>How many of their vCPUs are pinned to each CPU, alone or among others, by the CPU's id.</summary>
    public IReadOnlyDictionary<int, int> Pins { get; init; } = new Dictionary<int, int>();

    /// <summary>Ordinary memory, overhead included.</summary>
    public ByteSize Memory { get; init; }

    /// <summary>vCPUs.</summary>
    public int VCpus { get; init; }

    /// <summary>Huge pages by their size.</summary>
    public IReadOnlyDictionary<ByteSize, long> HugePages { get; init; } = new Dictionary<ByteSize, long>();

    /// <summary>Huge pages by cell and size, where they are tied to one cell; they are among the others too.</summary>
    public IReadOnlyDictionary<(int Cell, ByteSize PageSize), long> CellHugePages { get; init; } = new Dictionary<(int Cell, ByteSize PageSize), long>();

    /// <summary>Ordinary memory by cell, where it is tied to one.</summary>
    public IReadOnlyDictionary<int, ByteSize> CellMemory { get; init; } = new Dictionary<int, ByteSize>();

    /// <summary>What one VM will take.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="landing">Its definition as it will be there, with the pins that it is given.</param>
    public static PlacementReservation Of(VirtualMachine vm, VmDefinition landing)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(landing);
        Dictionary<ByteSize, long> pages = [];
        Dictionary<(int Cell, ByteSize PageSize), long> cellPages = [];
        Dictionary<int, ByteSize> cells = [];
        foreach (MemoryPart part in GuestMemory.Parts(landing))
        {
            if (part.Pages?.PageSize is ByteSize size)
            {
                long count = (part.Bytes + size.Bytes - 1) / size.Bytes;
                pages[size] = pages.GetValueOrDefault(size) + count;
                if (part is { IsStrict: true, Binding.HostCells: [int only] })
                {
                    cellPages[(only, size)] = cellPages.GetValueOrDefault((only, size)) + count;
                }
            }
            else if (part is { Pages: null, Binding: { Mode: NumaMode.Strict, HostCells: [int cell] } })
            {
                cells[cell] = new(cells.GetValueOrDefault(cell).Bytes + part.Bytes);
            }
        }

        Dictionary<int, int> pins = [];
        foreach (CpuPin pin in landing.VCpuPins)
        {
            foreach (int cpu in pin.Cpus)
            {
                pins[cpu] = pins.GetValueOrDefault(cpu) + 1;
            }
        }

        return new()
        {
            Vms = [vm.Name],
            VmIds = new HashSet<Guid> { vm.Uuid },
            Memory = new(GuestMemory.OrdinaryBytes(landing) + GuestMemory.Overhead(landing).Bytes),
            VCpus = landing.OnlineVCpus,
            HugePages = pages,
            CellHugePages = cellPages,
            CellMemory = cells,
            Pins = pins,
        };
    }

    /// <summary>Both together.</summary>
    /// <param name="other">The other.</param>
    public PlacementReservation Plus(PlacementReservation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Vms = [.. Vms, .. other.Vms],
            VmIds = new HashSet<Guid>([.. VmIds, .. other.VmIds]),
            Memory = new(Memory.Bytes + other.Memory.Bytes),
            VCpus = VCpus + other.VCpus,
            HugePages = Sum(HugePages, other.HugePages, static (left, right) => left + right),
            CellHugePages = Sum(CellHugePages, other.CellHugePages, static (left, right) => left + right),
            CellMemory = Sum(CellMemory, other.CellMemory, static (left, right) => new(left.Bytes + right.Bytes)),
            Pins = Sum(Pins, other.Pins, static (left, right) => left + right),
        };
    }

    private static Dictionary<TKey, TValue> Sum<TKey, TValue>(
        IReadOnlyDictionary<TKey, TValue> left, IReadOnlyDictionary<TKey, TValue> right, Func<TValue, TValue, TValue> add)
        where TKey : notnull
    {
        Dictionary<TKey, TValue> sum = new(left);
        foreach ((TKey key, TValue value) in right)
        {
            sum[key] = sum.TryGetValue(key, out TValue? before) ? add(before, value) : value;
        }

        return sum;
    }
}
