using VirtMigration.Convergence;

namespace VirtMigration.Execution;

/// <summary>Runs the migrations of a queue, each from its start to what its slots are held for.</summary>
/// <param name="runner">Runs the plans.</param>
/// <param name="observer">Is told.</param>
/// <param name="exit">How a VM leaves.</param>
/// <param name="seen">Is called when a job is seen for the first time.</param>
/// <param name="stop">Aborts what runs.</param>
internal sealed class QueueRun(MigrationRunner runner, IQueueObserver observer, QueueExit exit, Action seen, CancellationToken stop)
{
    /// <summary>Runs one.</summary>
    /// <param name="entry">The VM.</param>
    /// <returns>Ends when its slots are free again, with what is left to do then.</returns>
    public async Task<Task> RunAsync(QueueEntry entry)
    {
        MigrationRun run = entry.Migration.Run;
        run = run with { Notices = [.. run.Notices, .. entry.Notices, .. entry.Dialogue?.Notices ?? []] };
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stop, entry.Migration.Stop);
        try
        {
            observer.Starting(run.Plan);
            MigrationResult result = await runner.RunAsync(run, new Relay(this, entry), either.Token);
            await LinkShares.RestoreAsync(entry, result);
            return exit.WithResult(entry, result, run);
        }
        catch (VirtMigrationException error)
        {
            return exit.WithoutStart(entry, error);
        }
        catch (OperationCanceledException)
        {
            return exit.WithoutStart(entry, QueueExit.NotYetStarted(run.Plan));
        }
        finally
        {
            entry.Share?.LetGo();
        }
    }

    private void Saw(QueueEntry entry, MigrationSample sample)
    {
        observer.Progressed(entry.Migration.Run.Plan, sample);
        if (!entry.Visible && sample.Phase == MigrationPhase.PreCopy)
        {
            entry.Visible = true;
            entry.Share?.LetGo();
            seen();
        }
    }

    private sealed class Relay(QueueRun runs, QueueEntry entry) : IProgress<MigrationSample>
    {
        public void Report(MigrationSample value) => runs.Saw(entry, value);
    }
}
