using VirtMigration.Policies;

namespace VirtMigration.Convergence;

/// <summary>A step that is due.</summary>
/// <param name="Step">The step.</param>
/// <param name="Downtime">The downtime to allow now, where it allows one.</param>
/// <param name="Deadline">Whether it is a deadline, not a step of the schedule.</param>
public sealed record DueStep(ConvergenceStep Step, TimeSpan? Downtime, bool Deadline);
