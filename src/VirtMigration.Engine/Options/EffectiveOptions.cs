using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>What is asked of a migration when parameters, VM, cluster, policy and defaults have had their say, each setting with whose
/// word counts.</summary>
public sealed record EffectiveOptions
{
    /// <summary>The policy.</summary>
    public required Asked<MigrationPolicy> Policy { get; init; }

    /// <summary>Parallel connections.</summary>
    public required Asked<ParallelChoice> ParallelConnections { get; init; }

    /// <summary>The most connections that the automatic number takes.</summary>
    public required Asked<int> MaxParallelConnections { get; init; }

    /// <summary>Whether the cluster allows parallel migration.</summary>
    public required bool ParallelAllowed { get; init; }

    /// <summary>The most that may be sent.</summary>
    public required Asked<BandwidthChoice> MigrationBandwidth { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over.</summary>
    public required Asked<BandwidthChoice> SwitchoverBandwidth { get; init; }

    /// <summary>Whether memory is sent encrypted.</summary>
    public required Asked<bool> Encryption { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public required Asked<TimeSpan> InitialDowntime { get; init; }

    /// <summary>How memory is compressed.</summary>
    public required Asked<CompressionMethod> Compression { get; init; }

    /// <summary>What the migration has to do with post-copy.</summary>
    public required Asked<PostCopyMode> PostCopy { get; init; }

    /// <summary>The most that may be sent once the guest runs on the destination.</summary>
    public required Asked<Bandwidth> PostCopyBandwidth { get; init; }

    /// <summary>Whether pins are rewritten where they do not fit the destination.</summary>
    public required Asked<bool> RemapPins { get; init; }

    /// <summary>How the guest is told of its migration.</summary>
    public required Asked<GuestNotice> GuestNotice { get; init; }

    /// <summary>How many migrations may leave a host at a time, and come to one.</summary>
    public required Asked<int> MaxConcurrent { get; init; }

    /// <summary>The network that memory must be sent over; null: any.</summary>
    public string? MigrationNetwork { get; init; }

    /// <summary>What was stated and could not be followed.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
