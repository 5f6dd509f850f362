using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>What the planner needs of a VM's live definition.</summary>
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

    /// <summary>The most memory it can have: what a destination must find room for.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The host CPUs that the emulator threads (and so the migration threads) may use; null: all.</summary>
    public IReadOnlyList<int>? EmulatorPin { get; init; }

    /// <summary><c>memtune/hard_limit</c>: the most memory the process may hold or lock; null: none.</summary>
    public ByteSize? MemoryHardLimit { get; init; }

    /// <summary>What it states for its own migrations.</summary>
    public VmMigrationOptions Options { get; init; } = VmMigrationOptions.Empty;

    /// <summary>Whether its memory is on huge pages.</summary>
    public bool HugePages { get; init; }
}
