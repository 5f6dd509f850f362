using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>What the planner needs of a VM's live definition; of a VM that is shut off, what it starts with.</summary>
public sealed record VmDefinition
{
    /// <summary>The VM.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its architecture (<c>x86_64</c>).</summary>
    public required string Architecture { get; init; }

    /// <summary>Its machine type (<c>pc-q35-7.2</c>).</summary>
    public required string MachineType { get; init; }

    /// <summary>The vCPUs online now.</summary>
    public required int OnlineVCpus { get; init; }

    /// <summary>The most memory it can have: what a destination must find room for should it grow.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The memory that it has now, modules plugged in since its start among it: what comes to the destination; null: as much as it
    /// can have.</summary>
    public ByteSize? PresentMemory { get; init; }

    /// <summary>The host CPUs that the emulator threads (and so the migration threads) may use; null: all.</summary>
    public IReadOnlyList<int>? EmulatorPin { get; init; }

    /// <summary><c>memtune/hard_limit</c>: the most memory the process may hold or lock; null: none.</summary>
    public ByteSize? MemoryHardLimit { get; init; }

    /// <summary>What it states for its own migrations.</summary>
    public VmMigrationOptions Options { get; init; } = VmMigrationOptions.Empty;

    /// <summary>Whether its memory is on huge pages.</summary>
    public bool HugePages { get; init; }

    /// <summary>Its CPU.</summary>
    public VmCpu Cpu { get; init; } = new();

    /// <summary>The vCPUs that may run only on some of the host's CPUs.</summary>
    public IReadOnlyList<CpuPin> VCpuPins { get; init; } = [];

    /// <summary>The I/O threads that may.</summary>
    public IReadOnlyList<CpuPin> IoThreadPins { get; init; } = [];

    /// <summary>Whether its stored definition, which counts when it is started next, has other pins than the running VM; false for a
    /// transient VM.</summary>
    public bool StoredPinsDiffer { get; init; }

    /// <summary>How its memory is tied to the host's cells.</summary>
    public IReadOnlyList<NumaBinding> NumaBindings { get; init; } = [];

    /// <summary>The cells that the guest sees; empty: it sees one.</summary>
    public IReadOnlyList<VirtualNumaCell> VirtualCells { get; init; } = [];

    /// <summary>What of its memory is on huge pages.</summary>
    public IReadOnlyList<HugePageUse> HugePageUses { get; init; } = [];

    /// <summary>Its disks.</summary>
    public IReadOnlyList<VmDisk> Disks { get; init; } = [];

    /// <summary>Its network interfaces.</summary>
    public IReadOnlyList<VmNetwork> Networks { get; init; } = [];

    /// <summary>The host's devices that it was given.</summary>
    public IReadOnlyList<VmHostDevice> HostDevices { get; init; } = [];

    /// <summary>Devices that tie it to its host or to a shared folder, by kind: <c>filesystem</c>, <c>virtiofs</c>, <c>shmem</c>,
    /// <c>nvdimm</c>.</summary>
    public IReadOnlyList<string> TyingDevices { get; init; } = [];

    /// <summary>The virtio channels that somebody on the host can talk over to the guest, by target name.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>Whether it has a channel for QEMU's guest agent.</summary>
    public bool AgentChannel { get; init; }

    /// <summary>Whether it has a TPM.</summary>
    public bool Tpm { get; init; }

    /// <summary>Whether its firmware keeps variables in a file (secure boot); the file must be on the destination too.</summary>
    public bool Nvram { get; init; }

    /// <summary>How many snapshots it has.</summary>
    public int Snapshots { get; init; }

    /// <summary>Whether it is shut off with its memory saved on its host (managed save): its next start goes on from there.</summary>
    public bool ManagedSave { get; init; }

    /// <summary>The disks with a block job under way, by target.</summary>
    public IReadOnlyList<string> BlockJobs { get; init; } = [];
}
