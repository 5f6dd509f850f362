namespace VirtMigration.Convergence;

/// <summary>What a schedule allows now and what it will do next.</summary>
/// <param name="Downtime">The downtime allowed now.</param>
/// <param name="Next">The next step and when it is due; null: none is left.</param>
public readonly record struct ScheduleOutlook(TimeSpan Downtime, string? Next);
