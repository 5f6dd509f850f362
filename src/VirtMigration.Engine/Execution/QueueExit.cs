using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>How a VM leaves a queue: with its result, or without having been started. Its guest may have been told that it is about to
/// migrate, and then hears what came of it.</summary>
/// <param name="observer">Is told.</param>
/// <param name="stop">Whether the command is being stopped: then guests are told only briefly.</param>
internal sealed class QueueExit(IQueueObserver observer, CancellationToken stop)
{
    /// <summary>The error for a VM that was taken out of the queue.</summary>
    /// <param name="plan">Its plan.</param>
    public static VirtMigrationException Stopped(MigrationPlan plan) => new("MigrationStoppedInQueue",
        $"VM '{plan.VM}' was taken out of the queue (Stop-VmMigration or Stop-Job) before its migration started. It is on {plan.Source}, and nothing was done to it.",
        "Start it again when it suits.", plan.VM);

    /// <summary>The error for a VM that still waited when nothing more was to be started.</summary>
    /// <param name="plan">Its plan.</param>
    public static VirtMigrationException StillWaiting(MigrationPlan plan) => new("MigrationNotStarted",
        $"VM '{plan.VM}' was still waiting when the command was stopped. It is on {plan.Source}, and nothing was done to it.",
        "Start it again when it suits.", plan.VM);

    /// <summary>The error for a VM whose start was given up.</summary>
    /// <param name="plan">Its plan.</param>
    public static VirtMigrationException NotYetStarted(MigrationPlan plan) => new("MigrationNotStarted",
        $"VM '{plan.VM}' was not started yet when the command was stopped. It is on {plan.Source}.", "Start it again when it suits.", plan.VM);

    /// <summary>A VM leaves without having been started.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="error">Why.</param>
    /// <returns>Ends when its guest was told.</returns>
    public Task WithoutStart(QueueEntry entry, VirtMigrationException error)
    {
        entry.Migration.Left(entry.Migration.Run.Plan);
        if (entry.Dialogue is null)
        {
            observer.NotStarted(entry.Migration.Run.Plan, error);
            return Task.CompletedTask;
        }

        _ = entry.Gone.TrySetResult();
        return TakeLeaveAsync(entry, entry.Dialogue, error);
    }

    /// <summary>A VM's migration has ended.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="result">How.</param>
    /// <param name="run">What was run.</param>
    /// <returns>Ends when its guest was told.</returns>
    public Task WithResult(QueueEntry entry, MigrationResult result, MigrationRun run)
    {
        entry.Migration.Left(result.Plan);
        if (entry.Dialogue is not null)
        {
            return EndAsync(entry.Dialogue, result, run);
        }

        observer.Ended(result);
        return Task.CompletedTask;
    }

    private async Task EndAsync(GuestDialogue dialogue, MigrationResult result, MigrationRun run)
    {
        IReadOnlyList<string> notices = await dialogue.AfterAsync(result, run, stop);
        observer.Ended(notices.Count == 0 ? result : result with { Notices = (string[])[.. result.Notices, .. notices] });
    }

    private async Task TakeLeaveAsync(QueueEntry entry, GuestDialogue dialogue, VirtMigrationException error)
    {
        await entry.Telling;
        IReadOnlyList<string> notices = await dialogue.NotStartedAsync(entry.Migration.Run, stop);
        observer.NotStarted(entry.Migration.Run.Plan, notices.Count == 0
            ? error
            : new(error.ErrorId, $"{error.Message} But {string.Join("; ", notices)}", error.RecommendedAction, error.Target, error));
    }
}
