using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>What a migration shows of the steps that were taken.</summary>
/// <param name="Moment">How it stands.</param>
/// <param name="Downtime">The downtime limit now.</param>
/// <param name="Bandwidth">The bandwidth now; null: not known, or no step sets it.</param>
/// <param name="Stands">Whether the guest stands on the source, and not for the switchover.</param>
public sealed record PositionSigns(ScheduleMoment Moment, TimeSpan Downtime, Bandwidth? Bandwidth, bool Stands);
