using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>What a schedule goes by.</summary>
/// <param name="Pass">The pass over memory; 1 is the first.</param>
/// <param name="Elapsed">Time since the migration began.</param>
/// <param name="Remaining">What is still to be sent in this pass.</param>
/// <param name="Data">All that is to be moved.</param>
public readonly record struct ScheduleMoment(int Pass, TimeSpan Elapsed, ByteSize Remaining, ByteSize Data);
