using VirtMigration.Options;

namespace VirtMigration.Policies;

/// <summary>The policies that come with the product. Their numbers are those of oVirt's four current policies
/// (ovirt-engine, <c>packaging/dbscripts/upgrade/pre_upgrade/0000_config.sql</c>, config value <c>MigrationPolicies</c>, level 4.8).</summary>
public static class BuiltInPolicies
{
    /// <summary>Short downtime first; gives up rather than disturb the guest.</summary>
    public static MigrationPolicy MinimalDowntime { get; } = new()
    {
        Name = "MinimalDowntime",
        Description = "Keeps the downtime at half a second or less, and gives up if that does not suffice.",
        BuiltIn = true,
        MaxConcurrent = 2,
        AutoConverge = true,
        InitialDowntime = TimeSpan.FromMilliseconds(100),
        Schedule = (ConvergenceStep[])[.. UpToHalfASecond(), Abort()],
    };

    /// <summary>Like <see cref="MinimalDowntime"/>, with one long pause of the guest before giving up.</summary>
    public static MigrationPolicy SuspendWorkloadIfNeeded { get; } = new()
    {
        Name = "SuspendWorkloadIfNeeded",
        Description = "Moves nearly every guest, at the price of a pause of up to five seconds.",
        BuiltIn = true,
        MaxConcurrent = 1,
        AutoConverge = true,
        Compression = CompressionMethod.Xbzrle,
        InitialDowntime = TimeSpan.FromMilliseconds(100),
        Schedule = (ConvergenceStep[])[.. UpToHalfASecond(), LastDowntime(5000), Abort()],
    };

    /// <summary>Always ends: after a short pre-copy the guest runs on the destination and its memory follows.</summary>
    public static MigrationPolicy PostCopy { get; } = new()
    {
        Name = "PostCopy",
        Description = "Always finishes: after a short pre-copy the guest runs on the destination and its memory follows. A network that "
            + "fails meanwhile stops the guest.",
        BuiltIn = true,
        MaxConcurrent = 2,
        AutoConverge = true,
        InitialDowntime = TimeSpan.FromMilliseconds(100),
        Schedule = (ConvergenceStep[])
        [
            ConvergenceStep.DowntimeAfter(1, 150),
            ConvergenceStep.DowntimeAfter(2, 200),
            new() { Action = ConvergenceAction.StartPostCopy },
            Abort(),
        ],
    };

    /// <summary>For VMs with a lot of memory: parallel connections and zero-copy, longer downtimes.</summary>
    public static MigrationPolicy VeryLarge { get; } = new()
    {
        Name = "VeryLarge",
        Description = "For VMs with a lot of memory: parallel connections with zero-copy, one migration at a time, longer downtimes.",
        BuiltIn = true,
        MaxConcurrent = 1,
        AutoConverge = true,
        ZeroCopy = true,
        InitialDowntime = TimeSpan.FromMilliseconds(300),
        Schedule = (ConvergenceStep[])
        [
            ConvergenceStep.DowntimeAfter(1, 400),
            ConvergenceStep.DowntimeAfter(2, 500),
            ConvergenceStep.DowntimeAfter(3, 700),
            ConvergenceStep.DowntimeAfter(4, 1000),
            ConvergenceStep.DowntimeAfter(6, 1500),
            LastDowntime(5000),
            Abort(),
        ],
    };

    /// <summary>The policy where none is asked for.</summary>
    public static MigrationPolicy Default => MinimalDowntime;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<MigrationPolicy> All { get; } = [MinimalDowntime, PostCopy, SuspendWorkloadIfNeeded, VeryLarge];

    /// <summary>The policy with a name, without regard to case.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">PolicyNotFound, with the nearest names.</exception>
    public static MigrationPolicy Find(string name) =>
        All.FirstOrDefault(policy => policy.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UnknownNameException("PolicyNotFound", "policy", name, All.Select(policy => policy.Name), "Get-VmMigrationPolicy");

    // The source's ladder has no limit 5: 1, 2, 3, 4, 6.
    private static ConvergenceStep[] UpToHalfASecond() =>
    [
        ConvergenceStep.DowntimeAfter(1, 150),
        ConvergenceStep.DowntimeAfter(2, 200),
        ConvergenceStep.DowntimeAfter(3, 300),
        ConvergenceStep.DowntimeAfter(4, 400),
        ConvergenceStep.DowntimeAfter(6, 500),
    ];

    private static ConvergenceStep LastDowntime(int milliseconds) => new()
    {
        Action = ConvergenceAction.SetDowntime,
        Downtime = TimeSpan.FromMilliseconds(milliseconds),
    };

    private static ConvergenceStep Abort() => new() { Action = ConvergenceAction.Abort };
}
