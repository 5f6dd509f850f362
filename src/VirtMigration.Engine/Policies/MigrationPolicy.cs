using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>How hard a migration may try, and what it may cost the guest.</summary>
public sealed record MigrationPolicy
{
    /// <summary>The name that operators type.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it belongs to the product and cannot be changed.</summary>
    [JsonIgnore]
    public bool BuiltIn { get; init; }

    /// <summary>How many migrations with this policy may leave a host at a time, and how many may come to one; 1 or more.</summary>
    public required int MaxConcurrent { get; init; }

    /// <summary>Whether QEMU may slow the vCPUs down.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>How much auto-converge slows the vCPUs down first, in percent, 1 to 99; null: QEMU's own 20.</summary>
    public int? AutoConvergeInitial { get; init; }

    /// <summary>How much more it slows them down each time, in percent, 1 to 99; null: QEMU's own 10.</summary>
    public int? AutoConvergeIncrement { get; init; }

    /// <summary>How memory is compressed. XBZRLE and multi-thread compression are off wherever connections are parallel, zlib and zstd
    /// wherever they are not.</summary>
    public CompressionMethod Compression { get; init; }

    /// <summary>The XBZRLE cache as a share of the guest's memory, in percent, 1 to 100; null: QEMU's own 64 MiB.</summary>
    public int? XbzrleCacheShare { get; init; }

    /// <summary>Whether memory is sent with zero-copy, which needs parallel connections and so makes them.</summary>
    public bool ZeroCopy { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over, where neither VM nor cluster states one; null:
    /// none.</summary>
    public BandwidthChoice? SwitchoverBandwidth { get; init; }

    /// <summary>The most that may be sent once a guest runs on the destination, at least 1 MiB/s; null: as much as the link carries.</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>Whether a migration can be switched to post-copy by hand although no step does so.</summary>
    public bool ArmsPostCopy { get; init; }

    /// <summary>The downtime allowed at the start, 1 ms to 2,000 s (QEMU's bound).</summary>
    public required TimeSpan InitialDowntime { get; init; }

    /// <summary>What is done, in this order, as long as it has not finished.</summary>
    public required IReadOnlyList<ConvergenceStep> Schedule { get; init; }

    /// <summary>What is done once when it becomes due, wherever the schedule is.</summary>
    public IReadOnlyList<ConvergenceStep> Deadlines { get; init; } = [];

    /// <summary>The least time between two steps of the schedule. oVirt's host agent looks at a migration every 10 s and takes at most
    /// one step each time (vdsm <c>migration_monitor_interval</c>), so its ladders were made for steps at least that far apart; passes
    /// over a small working set take a fraction of a second, and without this a ladder would run out in a few seconds.</summary>
    public TimeSpan StepInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }

    /// <summary>A policy that does nothing yet: it begins as the product's policies do, with 100 ms, and has no step.</summary>
    /// <param name="name">Its name.</param>
    public static MigrationPolicy Bare(string name) => new()
    {
        Name = name,
        Description = "Added here.",
        MaxConcurrent = 2,
        InitialDowntime = TimeSpan.FromMilliseconds(100),
        Schedule = [],
    };

    /// <summary>What it has to do with post-copy.</summary>
    public PostCopyMode PostCopy() =>
        Schedule.Concat(Deadlines).Any(step => step.Action == ConvergenceAction.StartPostCopy) ? PostCopyMode.Scheduled
        : ArmsPostCopy ? PostCopyMode.Armed
        : PostCopyMode.Off;

    /// <summary>The downtimes in ms and the last steps, in order: <c>100, 150, 200, post-copy, abort</c>.</summary>
    public string Ladder() => string.Join(", ", Schedule
        .Select(step => step.Action == ConvergenceAction.SetDowntime && step.Downtime is TimeSpan downtime
            ? $"{downtime.TotalMilliseconds:0}"
            : StepText.ActionOf(step).Replace("downtime ", string.Empty, StringComparison.Ordinal))
        .Prepend($"{InitialDowntime.TotalMilliseconds:0}"));

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
