using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What an operator asks of one migration; null leaves a setting to the VM, the cluster, the policy and the hosts.</summary>
public sealed record PlanOptions
{
    /// <summary>The policy.</summary>
    public MigrationPolicy? Policy { get; init; }

    /// <summary>The destination by its registered name; null: the best other host of the cluster.</summary>
    public string? Destination { get; init; }

    /// <summary>Where no destination is stated: the only hosts that are chosen among, by registered name; null: the cluster's others.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>Parallel connections.</summary>
    public ParallelChoice? ParallelConnections { get; init; }

    /// <summary>The most that may be sent.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Post-copy.</summary>
    public PostCopyMode? PostCopy { get; init; }

    /// <summary>The most that may be sent once the guest runs on the destination.</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>How memory is compressed.</summary>
    public CompressionMethod? Compression { get; init; }

    /// <summary>Whether memory is sent encrypted.</summary>
    public bool? Encryption { get; init; }

    /// <summary>Whether pins are rewritten where they do not fit the destination.</summary>
    public bool? RemapPins { get; init; }

    /// <summary>How the guest is told of its migration.</summary>
    public GuestNotice? GuestNotice { get; init; }

    /// <summary>Whether affinity groups that would be broken only warn.</summary>
    public bool IgnoreAffinity { get; init; }

    /// <summary>Who drives the transfer and how it travels.</summary>
    public MigrationTransport Transport { get; init; }

    /// <summary>How long the migration may take; null: as long as the policy lets it.</summary>
    public MigrationTimeout? Timeout { get; init; }

    /// <summary>What is done then; null: it is given up.</summary>
    public TimeoutAction? TimeoutAction { get; init; }
}
