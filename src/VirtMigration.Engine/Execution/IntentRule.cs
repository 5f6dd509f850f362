using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Whether an intent record is of a migration that a host shows. A record outlives a shell that was killed, and then another
/// migration of the VM must not be taken for that shell's: the record was written just before the job began, and for the host it goes
/// to.</summary>
internal static class IntentRule
{
    // Between the record and the job lie a few calls, each bounded at 10 s by its connection; and clocks of machines that are kept in
    // step differ by less than this.
    private static readonly TimeSpan s_startTolerance = TimeSpan.FromSeconds(15);

    /// <summary>Whether it is.</summary>
    /// <param name="intent">The record.</param>
    /// <param name="counters">What the job shows; null: nothing.</param>
    /// <param name="destination">The host that shows the VM coming; null: none does.</param>
    /// <param name="now">The time.</param>
    public static bool Fits(MigrationIntent intent, MigrationCounters? counters, string? destination, DateTimeOffset now) =>
        (destination is null || destination.Equals(intent.Destination, StringComparison.OrdinalIgnoreCase))
        && (counters is null || (now - counters.Elapsed - intent.StartedAt).Duration() <= s_startTolerance);
}
