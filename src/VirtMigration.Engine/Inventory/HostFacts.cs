using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>What a host says about itself over its connection.</summary>
public sealed record HostFacts
{
    /// <summary>The host's own UUID: libvirt tells hosts apart by it, and so does the product.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The name the host gives itself.</summary>
    public required string HostName { get; init; }

    /// <summary>The driver: <c>QEMU</c>, or <c>TEST</c> for libvirt's test driver.</summary>
    public required string Hypervisor { get; init; }

    /// <summary>The daemon's libvirt version.</summary>
    public required Version LibvirtVersion { get; init; }

    /// <summary>The hypervisor's version (QEMU's); null where the driver has none.</summary>
    public Version? HypervisorVersion { get; init; }

    /// <summary>The host's architecture, as libvirt names it (<c>x86_64</c>).</summary>
    public required string Architecture { get; init; }

    /// <summary>Online CPUs (threads).</summary>
    public required int Threads { get; init; }

    /// <summary>All memory.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>Memory that is free or can be freed at once (free, buffers and cached); null where the host does not tell.</summary>
    public ByteSize? AvailableMemory { get; init; }

    /// <summary>The NUMA cells, by id.</summary>
    public IReadOnlyList<NumaCell> Cells { get; init; } = [];

    /// <summary>The speed of each network interface that has one, by interface name.</summary>
    public IReadOnlyDictionary<string, Bandwidth> LinkSpeeds { get; init; } = new Dictionary<string, Bandwidth>();

    /// <summary>Machine types the host's QEMU knows for its own architecture, aliases among them; empty where the driver tells none.</summary>
    public IReadOnlySet<string> MachineTypes { get; init; } = new HashSet<string>();

    /// <summary>Whether this connection may only read.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Its CPU.</summary>
    public HostCpu Cpu { get; init; } = new();

    /// <summary>The ids of its CPUs (threads) that are online, ascending; empty where the host does not tell.</summary>
    public IReadOnlyList<int> OnlineCpus { get; init; } = [];

    /// <summary>Its CPUs (threads) core by core: the ids that share a core, ascending; empty where the host does not tell.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Cores { get; init; } = [];

    /// <summary>The distance from one cell to another, by their ids; 10 is a cell's own. Empty where the host does not tell.</summary>
    public IReadOnlyDictionary<(int From, int To), int> CellDistances { get; init; } = new Dictionary<(int From, int To), int>();
}
