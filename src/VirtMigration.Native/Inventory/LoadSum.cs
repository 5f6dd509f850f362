using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Units;

namespace VirtMigration.Native.Inventory;

/// <summary>Adds up VMs.</summary>
internal sealed class LoadSum
{
    private readonly HashSet<Guid> _vms = [];
    private readonly Dictionary<int, int> _pins = [];
    private int _vcpus;
    private long _memory;
    private int _incoming;
    private long _incomingMemory;

    /// <summary>The sum. A VM that is on its way in is among all the others, too.</summary>
    public HostLoad Total => new()
    {
        ActiveVms = _vms.Count,
        Vms = _vms,
        VCpus = _vcpus,
        CommittedMemory = new ByteSize(_memory),
        Pins = _pins,
        Incoming = _incoming,
        IncomingMemory = new ByteSize(_incomingMemory),
    };

    /// <summary>Adds a VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="load">What it takes.</param>
    /// <param name="incoming">Whether it is on its way in.</param>
    public void Add(Guid vm, DomainLoad load, bool incoming)
    {
        _ = _vms.Add(vm);
        _vcpus += load.VCpus;
        _memory += load.Memory.Bytes;
        foreach (int cpu in load.Pins.SelectMany(pin => pin.Cpus))
        {
            _pins[cpu] = _pins.GetValueOrDefault(cpu) + 1;
        }

        if (incoming)
        {
            _incoming++;
            _incomingMemory += load.Memory.Bytes;
        }
    }
}
