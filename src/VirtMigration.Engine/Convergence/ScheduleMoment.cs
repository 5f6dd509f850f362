using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>What a schedule goes by.</summary>
/// <param name="Pass">The pass over memory; 1 is the first.</param>
/// <param name="Elapsed">Time since the migration began.</param>
/// <param name="Remaining">What is still to be sent in this pass.</param>
/// <param name="Data">All that is to be moved.</param>
public readonly record struct ScheduleMoment(int Pass, TimeSpan Elapsed, ByteSize Remaining, ByteSize Data)
{
    /// <summary>What was sent since the start; 0: not known.</summary>
    public ByteSize Sent { get; init; }

    /// <summary>The rate the hypervisor states; null: it states none.</summary>
    public Bandwidth? Rate { get; init; }

    /// <summary>How much the vCPUs are slowed down, in percent; null: not.</summary>
    public int? Throttle { get; init; }

    /// <summary>Whether memory is being sent. Before that the hypervisor says that nothing is left, which is not so.</summary>
    public bool HasBegun => Pass > 0 && Data.Bytes > 0;

    /// <summary>The moment that counters show: memory and disks together.</summary>
    /// <param name="counters">The counters.</param>
    public static ScheduleMoment Of(MigrationCounters counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        long disks = Math.Max(0, counters.DiskTotal.Bytes - counters.DiskRemaining.Bytes);
        return new(
            counters.Iteration,
            counters.Elapsed,
            new(counters.MemoryRemaining.Bytes + counters.DiskRemaining.Bytes),
            new(counters.MemoryTotal.Bytes + counters.DiskTotal.Bytes))
        {
            Sent = new(counters.MemoryProcessed.Bytes + disks),
            Rate = counters.MemoryRate,
            Throttle = counters.Throttle,
        };
    }
}
