using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Records runs that ended.</summary>
/// <param name="history">Where; null: nowhere.</param>
/// <param name="clock">The clock.</param>
internal sealed class RunRecorder(IMigrationHistory? history, TimeProvider clock)
{
    // Recording takes milliseconds; a disk or a server that hangs must not keep the result from its operator.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Records one. The migration has ended and the result is true, whatever the history does: what goes wrong there becomes a
    /// notice.</summary>
    public async Task<MigrationResult> RecordAsync(MigrationRun run, MigrationResult result, SampleLog samples)
    {
        if (history is null)
        {
            return result;
        }

        try
        {
            MigrationRecord record = RecordBuilder.Build(run, result, samples.Samples(), clock.GetUtcNow());
            await history.AppendAsync(record, CancellationToken.None).WaitAsync(s_patience);
            return result;
        }
        catch (Exception error)
        {
            string reason = error is TimeoutException ? $"the history has not answered for {DurationText.Exact(s_patience)}" : error.Message;
            return result with { Notices = (string[])[.. result.Notices, $"the run could not be recorded: {reason}"] };
        }
    }
}
