namespace VirtMigration.Options;

/// <summary>What a VM states for its own migrations, kept in its own metadata so that it travels with it. Null is what it does not
/// state: the cluster's value counts then.</summary>
public sealed record VmMigrationOptions
{
    /// <summary>A VM that states nothing.</summary>
    public static VmMigrationOptions Empty { get; } = new();

    /// <summary>The migration policy by name.</summary>
    public string? Policy { get; init; }

    /// <summary>Parallel connections.</summary>
    public ParallelChoice? ParallelConnections { get; init; }

    /// <summary>The most connections that the automatic number takes, 2 to 255.</summary>
    public int? MaxParallelConnections { get; init; }

    /// <summary>The most that its migrations may send.</summary>
    public BandwidthChoice? MigrationBandwidth { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>Whether its memory is sent encrypted (TLS).</summary>
    public bool? Encryption { get; init; }

    /// <summary>The downtime allowed at the start, 1 ms to 2,000 s (QEMU's bound).</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Whether its pins are rewritten where they do not fit the destination.</summary>
    public bool? RemapPins { get; init; }

    /// <summary>How its guest is told of its migrations.</summary>
    public GuestNotice? GuestNotice { get; init; }

    /// <summary>Who may migrate it; null: as what it is made of says (<see cref="EffectiveMigrationMode"/>).</summary>
    public MigrationMode? MigrationMode { get; init; }

    /// <summary>When it leaves a host that is emptied; null: Medium.</summary>
    public MigrationPriority? MigrationPriority { get; init; }

    /// <summary>Whether it is a high-performance VM, which is migrated only when a person asks for it, as a pinned one is.</summary>
    public bool? HighPerformance { get; init; }

    /// <summary>The only hosts that it may be on, by registered name; null: any.</summary>
    public HostNames? AssignedHosts { get; init; }

    /// <summary>The hosts that it must not be on.</summary>
    public HostNames? ExcludedHosts { get; init; }

    /// <summary>The hosts that it should rather be on.</summary>
    public HostNames? PreferredHosts { get; init; }

    /// <summary>The hosts that it should rather not be on.</summary>
    public HostNames? AvoidedHosts { get; init; }

    /// <summary>Whether the VM may be on a host.</summary>
    /// <param name="host">The host.</param>
    public bool Allows(string host) => AssignedHosts?.Contains(host) != false && ExcludedHosts?.Contains(host) != true;

    /// <summary>Why what is stored with the VM cannot be understood, and so counts as nothing; null: it can. A newer version of this
    /// product may have written it: it is left as it is.</summary>
    public string? Problem { get; init; }
}
