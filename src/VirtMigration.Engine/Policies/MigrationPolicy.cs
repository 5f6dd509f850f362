namespace VirtMigration.Policies;

/// <summary>How hard a migration may try, and what it may cost the guest.</summary>
public sealed record MigrationPolicy
{
    /// <summary>The name that operators type.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it belongs to the product and cannot be changed.</summary>
    public bool BuiltIn { get; init; }

    /// <summary>How many migrations with this policy may leave a host at a time, and how many may come to one.</summary>
    public required int MaxConcurrent { get; init; }

    /// <summary>Whether QEMU may slow the vCPUs down.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>Whether memory sent again is compressed (XBZRLE); off wherever connections are parallel.</summary>
    public bool Compression { get; init; }

    /// <summary>Whether memory is sent with zero-copy, which needs parallel connections.</summary>
    public bool ZeroCopy { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public required TimeSpan InitialDowntime { get; init; }

    /// <summary>What is done, in this order, as long as it has not finished.</summary>
    public required IReadOnlyList<ConvergenceStep> Schedule { get; init; }

    /// <summary>The least time between two steps. oVirt's host agent looks at a migration every 10 s and takes at most one step
    /// each time (vdsm <c>migration_monitor_interval</c>), so its ladders were made for steps at least that far apart; passes over a
    /// small working set take a fraction of a second, and without this a ladder would run out in a few seconds.</summary>
    public TimeSpan StepInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the schedule can switch to post-copy.</summary>
    public bool SchedulesPostCopy() => Schedule.Any(step => step.Action == ConvergenceAction.StartPostCopy);

    /// <summary>The downtimes in ms and the last steps, in order: <c>100, 150, 200, post-copy, abort</c>.</summary>
    public string Ladder() => string.Join(", ", Schedule
        .Select(step => step.Action switch
        {
            ConvergenceAction.SetDowntime => $"{step.Downtime?.TotalMilliseconds:0}",
            ConvergenceAction.StartPostCopy => "post-copy",
            _ => "abort",
        })
        .Prepend($"{InitialDowntime.TotalMilliseconds:0}"));

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
