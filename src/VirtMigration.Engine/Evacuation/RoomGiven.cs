using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>What is promised of one host while VMs are given to it one by one. It counts what <see cref="PlacementReservation.Of"/> counts, and huge
/// pages of no stated size as the host's smallest, which is what the checks take them for.</summary>
internal sealed class RoomGiven
{
    private readonly List<string> _vms;
    private readonly HashSet<Guid> _ids;
    private readonly Dictionary<int, int> _pins;
    private readonly Dictionary<ByteSize, long> _pages;
    private readonly Dictionary<(int Cell, ByteSize PageSize), long> _cellPages;
    private readonly Dictionary<int, ByteSize> _cells;
    private readonly ByteSize? _smallest;
    private long _memory;
    private int _vCpus;

    public RoomGiven(EvacuationTarget target)
    {
        PlacementReservation start = target.Reserved;
        _vms = [.. start.Vms];
        _ids = [.. start.VmIds];
        _pins = new(start.Pins);
        _pages = new(start.HugePages);
        _cellPages = new(start.CellHugePages);
        _cells = new(start.CellMemory);
        _memory = start.Memory.Bytes;
        _vCpus = start.VCpus;
        _smallest = CellMemory.SmallestPage(target.Inventory.Facts.Cells);
    }

    /// <summary>All that is promised now. It is seen through: what is given later shows in its lists.</summary>
    public PlacementReservation Now => new()
    {
        Vms = _vms,
        VmIds = _ids,
        Pins = _pins,
        Memory = new(_memory),
        VCpus = _vCpus,
        HugePages = _pages,
        CellHugePages = _cellPages,
        CellMemory = _cells,
    };

    /// <summary>Promises a VM its room.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="landing">Its definition as it will be there.</param>
    public void Give(VirtualMachine vm, VmDefinition landing)
    {
        PlacementReservation takes = PlacementReservation.Of(vm, landing);
        _vms.Add(vm.Name);
        _ = _ids.Add(vm.Uuid);
        _memory += takes.Memory.Bytes;
        _vCpus += takes.VCpus;
        foreach ((int cpu, int count) in takes.Pins)
        {
            _pins[cpu] = _pins.GetValueOrDefault(cpu) + count;
        }

        foreach ((ByteSize size, long count) in takes.HugePages)
        {
            _pages[size] = _pages.GetValueOrDefault(size) + count;
        }

        foreach (((int Cell, ByteSize PageSize) place, long count) in takes.CellHugePages)
        {
            _cellPages[place] = _cellPages.GetValueOrDefault(place) + count;
        }

        foreach ((int cell, ByteSize bytes) in takes.CellMemory)
        {
            _cells[cell] = new(_cells.GetValueOrDefault(cell).Bytes + bytes.Bytes);
        }

        if (_smallest is ByteSize smallest && GuestMemory.HugePageUses(landing).Count > 0)
        {
            foreach (MemoryPart part in GuestMemory.Parts(landing))
            {
                if (part.Pages is { PageSize: null })
                {
                    _pages[smallest] = _pages.GetValueOrDefault(smallest) + ((part.Bytes + smallest.Bytes - 1) / smallest.Bytes);
                }
            }
        }
    }
}
