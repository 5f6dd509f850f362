using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>Turns the counters of one migration into samples whose percentage never runs backwards.</summary>
/// <param name="vm">The VM's name.</param>
/// <param name="source">Where it comes from.</param>
/// <param name="destination">Where it goes to.</param>
/// <param name="clock">The clock.</param>
public sealed class ProgressEstimator(string vm, string source, string? destination, TimeProvider clock)
{
    // Nothing is done before the hypervisor says so.
    private const int MostWhileRunning = 99;

    private int _percent;
    private bool _postCopy;

    /// <summary>Notes that the guest now runs on the destination.</summary>
    public void EnterPostCopy() => _postCopy = true;

    /// <summary>The sample for counters that were just read.</summary>
    /// <param name="counters">The counters.</param>
    public MigrationSample Sample(MigrationCounters counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        long total = counters.MemoryTotal.Bytes + counters.DiskTotal.Bytes;
        long remaining = counters.MemoryRemaining.Bytes + counters.DiskRemaining.Bytes;
        if (total > 0)
        {
            int now = (int)(100 - (100 * Math.Min(remaining, total) / total));
            _percent = Math.Max(_percent, Math.Min(now, MostWhileRunning));
        }

        return Make(counters, total, remaining, PhaseOf(counters, total), _percent);
    }

    /// <summary>The last sample of a migration that ended.</summary>
    /// <param name="counters">The final counters; null: nobody told them.</param>
    /// <param name="moved">Whether the VM moved.</param>
    public MigrationSample End(MigrationCounters? counters, bool moved)
    {
        MigrationCounters known = counters ?? new();
        return Make(known, known.MemoryTotal.Bytes + known.DiskTotal.Bytes, 0, MigrationPhase.Ended, moved ? 100 : _percent);
    }

    private MigrationSample Make(MigrationCounters counters, long total, long remaining, MigrationPhase phase, int percent) => new()
    {
        VM = vm,
        Source = source,
        Destination = destination,
        Time = clock.GetUtcNow(),
        Phase = phase,
        Pass = counters.Iteration,
        Percent = percent,
        Remaining = new(remaining),
        Total = new(total),
        Sent = counters.MemoryProcessed,
        Rate = counters.MemoryRate,
        DirtyRate = counters.DirtyRate,
        Throttle = counters.Throttle,
        ExpectedDowntime = phase == MigrationPhase.PreCopy ? counters.Downtime : null,
        Elapsed = counters.Elapsed,
        Eta = phase == MigrationPhase.Ended ? null : TimeLeft(counters, remaining, phase),
    };

    private MigrationPhase PhaseOf(MigrationCounters counters, long total) =>
        _postCopy || counters.PostCopyRequests > 0 ? MigrationPhase.PostCopy
        : total == 0 ? MigrationPhase.Preparing
        : MigrationPhase.PreCopy;

    // What is written meanwhile has to be sent as well, so the memory left shrinks with the difference of the two rates. In
    // post-copy nothing is sent twice.
    private static TimeSpan? TimeLeft(MigrationCounters counters, long remaining, MigrationPhase phase)
    {
        if (counters.MemoryRate is not Bandwidth rate)
        {
            return null;
        }

        long written = phase == MigrationPhase.PostCopy ? 0 : counters.DirtyRate?.BitsPerSecond ?? 0;
        long net = rate.BitsPerSecond - written;
        double seconds = net > 0 ? remaining * 8.0 / net : double.PositiveInfinity;
        return seconds <= TimeSpan.FromDays(1).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
