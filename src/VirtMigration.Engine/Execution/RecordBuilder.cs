using VirtMigration.Convergence;
using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Execution;

/// <summary>Makes what the history keeps of a run from its result.</summary>
internal static class RecordBuilder
{
    public static MigrationRecord Build(MigrationRun run, MigrationResult result, IReadOnlyList<MigrationSample> samples, DateTimeOffset endedAt) => new()
    {
        Id = Guid.CreateVersion7(result.StartedAt),
        VM = result.VM,
        Uuid = result.Uuid,
        Source = result.Source,
        Destination = result.Destination,
        Policy = result.Policy,
        Operator = run.Operator,
        Machine = run.Machine,
        StartedAt = result.StartedAt.ToUniversalTime(),
        EndedAt = endedAt.ToUniversalTime(),
        Duration = result.Duration,
        Outcome = result.Outcome,
        EndState = result.EndState,
        Host = result.Host,
        OnSource = result.OnSource,
        OnDestination = result.OnDestination,
        Downtime = result.Downtime,
        TotalTime = result.TotalTime,
        Sent = result.Sent,
        Throughput = result.Throughput,
        Passes = result.Passes,
        MaxThrottle = result.MaxThrottle,
        ParallelConnections = result.ParallelConnections,
        ZeroCopy = result.ZeroCopy,
        Measured = result.Measured,
        ErrorId = result.ErrorId,
        Error = result.Error,
        RecommendedAction = result.RecommendedAction,
        Notices = result.Notices,
        Actions = result.Actions,
        Plan = Of(result.Plan),
        Samples = samples,
    };

    private static PlanRecord Of(MigrationPlan plan) => new()
    {
        Summary = plan.ToString(),
        Memory = plan.Memory,
        Techniques = Enum.GetValues<MigrationTechniques>()
            .Where(technique => technique != MigrationTechniques.None && plan.Transfer.Uses(technique))
            .Select(technique => technique.ToString())
            .ToArray(),
        DestinationUri = plan.Transfer.DestinationUri,
        MigrationUri = plan.Transfer.MigrationUri,
        Bandwidth = plan.Transfer.Bandwidth,
        ParallelConnections = plan.Transfer.ParallelConnections,
        SwitchoverBandwidth = plan.Transfer.SwitchoverBandwidth ?? plan.MonitorSwitchoverBandwidth,
        PostCopyBandwidth = plan.Transfer.PostCopyBandwidth,
        Compression = plan.Transfer.Compression.ToString(),
        XbzrleCache = plan.Transfer.XbzrleCache,
        AutoConvergeInitial = plan.Transfer.AutoConvergeInitial,
        AutoConvergeIncrement = plan.Transfer.AutoConvergeIncrement,
        TlsDestination = plan.Transfer.TlsDestination,
        InitialDowntime = plan.InitialDowntime,
        Schedule = Texts(plan.Schedule),
        Deadlines = Texts(plan.Deadlines),
        StepInterval = plan.StepInterval,
        Concurrency = plan.Concurrency,
        PinsBefore = plan.Pins?.Before.ToString(),
        PinsAfter = plan.Pins?.After.ToString(),
        PinReasons = plan.Pins is null ? Array.Empty<string>() : plan.Pins.Reasons.Concat(plan.Pins.Losses).ToArray(),
        Decisions = plan.Decisions,
        Warnings = plan.Warnings,
    };

    private static string[] Texts(IReadOnlyList<ConvergenceStep> steps) => [.. steps.Select(step => step.ToString())];
}
