using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Ports;

/// <summary>What another shell needs to run the rest of a migration's schedule and to put right what must be put right after it. A policy
/// may be changed or removed meanwhile, and what the operator stated beside it is in no policy.</summary>
public sealed record ScheduleIntent
{
    /// <summary>The downtime allowed at the start.</summary>
    public required TimeSpan InitialDowntime { get; init; }

    /// <summary>The least time between two steps.</summary>
    public required TimeSpan StepInterval { get; init; }

    /// <summary>The steps, in order.</summary>
    public required IReadOnlyList<ConvergenceStep> Steps { get; init; }

    /// <summary>What is done once when it becomes due.</summary>
    public IReadOnlyList<ConvergenceStep> Deadlines { get; init; } = [];

    /// <summary>Which of the deadlines the operator stated; null: none.</summary>
    public ConvergenceStep? Timeout { get; init; }

    /// <summary>The migration speed that was kept for the VM before, where a step changes it; else null.</summary>
    public Bandwidth? SpeedBefore { get; init; }

    /// <summary>Whether QEMU was told the switchover bandwidth through its monitor, and must be told again that there is none.</summary>
    public bool SwitchoverToldByMonitor { get; init; }

    /// <summary>The schedule of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="speedBefore">The migration speed that was kept for the VM before; null: no step changes it.</param>
    public static ScheduleIntent Of(MigrationPlan plan, Bandwidth? speedBefore)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new()
        {
            InitialDowntime = plan.InitialDowntime,
            StepInterval = plan.StepInterval,
            Steps = plan.Schedule,
            Deadlines = plan.Deadlines,
            Timeout = plan.Timeout,
            SpeedBefore = speedBefore,
            SwitchoverToldByMonitor = plan.MonitorSwitchoverBandwidth is not null,
        };
    }

    /// <summary>The schedule of a policy, as it stands.</summary>
    /// <param name="policy">The policy.</param>
    public static ScheduleIntent Of(MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new()
        {
            InitialDowntime = policy.InitialDowntime,
            StepInterval = policy.StepInterval,
            Steps = policy.Schedule,
            Deadlines = policy.Deadlines,
        };
    }

    /// <summary>Whether a step sets the bandwidth.</summary>
    public bool SetsBandwidth() => Steps.Concat(Deadlines).Any(step => step.Action == ConvergenceAction.SetBandwidth);
}
