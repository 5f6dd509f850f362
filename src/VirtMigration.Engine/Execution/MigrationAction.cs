using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Something that was done to a running migration, and why.</summary>
/// <param name="Time">When.</param>
/// <param name="Action">What.</param>
/// <param name="Reason">Why.</param>
/// <param name="Pass">In which pass.</param>
/// <param name="Remaining">What was still to be sent.</param>
public sealed record MigrationAction(DateTimeOffset Time, string Action, string Reason, int Pass, ByteSize Remaining);
