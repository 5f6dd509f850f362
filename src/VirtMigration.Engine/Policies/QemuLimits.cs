using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>The bounds that QEMU sets on what a policy can ask for (migration/options.c, migrate_params_check).</summary>
public static class QemuLimits
{
    /// <summary>The shortest downtime: its unit is the millisecond, and 0 would never be met.</summary>
    public static readonly TimeSpan ShortestDowntime = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest: MAX_MIGRATE_DOWNTIME, 2,000,000 ms.</summary>
    public static readonly TimeSpan LongestDowntime = TimeSpan.FromSeconds(2000);

    /// <summary>cpu-throttle-initial and cpu-throttle-increment, least.</summary>
    public const int LeastThrottle = 1;

    /// <summary>cpu-throttle-initial and cpu-throttle-increment, most.</summary>
    public const int MostThrottle = 99;

    /// <summary>Whether a downtime is within the bounds.</summary>
    /// <param name="downtime">The downtime.</param>
    public static bool Allows(TimeSpan downtime) => downtime >= ShortestDowntime && downtime <= LongestDowntime;

    /// <summary>The error for a downtime that is not.</summary>
    /// <param name="downtime">The downtime.</param>
    /// <param name="target">The VM or policy.</param>
    public static VirtMigrationException DowntimeOutOfRange(TimeSpan downtime, string target) => new(
        "DowntimeOutOfRange",
        $"A downtime of {DurationText.Exact(downtime)} is out of QEMU's range of 1 ms to 2000 s.",
        "State a downtime within the range, for example 500ms.",
        target);
}
