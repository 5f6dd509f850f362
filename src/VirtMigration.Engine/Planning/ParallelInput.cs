using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What the number of parallel connections is decided from.</summary>
public readonly record struct ParallelInput
{
    /// <summary>What is asked for.</summary>
    public required ParallelChoice Choice { get; init; }

    /// <summary>B: the lowest of both link speeds and a stated bandwidth; null: not known.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>V: the vCPUs online now.</summary>
    public required int VCpus { get; init; }

    /// <summary>L: the most that the automatic number takes.</summary>
    public required int Maximum { get; init; }

    /// <summary>E: the CPUs that the emulator threads may use; null: all.</summary>
    public int? EmulatorCpus { get; init; }

    /// <summary>CPUs (threads) of the source.</summary>
    public required int SourceThreads { get; init; }

    /// <summary>CPUs (threads) of the destination.</summary>
    public required int DestinationThreads { get; init; }
}
