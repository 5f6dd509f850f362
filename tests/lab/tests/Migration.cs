using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Execution;

namespace VirtMigration.LabTests;

/// <summary>A migration that a test has started and has an eye on. Disposing it ends it, so that nothing is left to the next test.</summary>
internal sealed class Migration : IAsyncDisposable, IProgress<MigrationSample>
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<MigrationSample> _samples = new();
    private readonly Task<MigrationResult> _running;

    private Migration(MigrationRun run)
    {
        Source = run.Plan.Source;
        Destination = run.Plan.Destination;
        _running = LabFixture.Runner.RunAsync(run, this, _stop.Token);
    }

    public string Source { get; }

    public string Destination { get; }

    public IReadOnlyCollection<MigrationSample> Samples => _samples;

    public bool Ended => _running.IsCompleted;

    public static Migration Start(MigrationRun run) => new(run);

    /// <summary>Waits until memory flows.</summary>
    public Task UnderWayAsync() => ReachesAsync("memory flows", sample => sample.Phase == MigrationPhase.PreCopy && sample.Sent.Bytes > 0);

    public Task ReachesAsync(string what, Func<MigrationSample, bool> condition) => Until.HoldsAsync(
        what,
        () => _samples.Any(condition) || (Ended ? throw new InvalidOperationException($"It ended before this: {what}. {Story()}") : false));

    public void Stop() => _stop.Cancel();

    /// <summary>The result, which comes within a bound; what the runner throws is thrown.</summary>
    public Task<MigrationResult> ResultAsync() => _running.WaitAsync(s_bound);

    public void Report(MigrationSample value) => _samples.Enqueue(value);

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        try
        {
            await ResultAsync();
        }
        catch (Exception error) when (error is VirtMigrationException or OperationCanceledException)
        {
            // The test has looked at it, or failed for a reason of its own.
        }

        _stop.Dispose();
    }

    private string Story() => _running.Exception?.InnerException?.Message
        ?? (_running.IsCompletedSuccessfully ? $"{_running.Result.Outcome}: {_running.Result.Error ?? _running.Result.Describe()}" : string.Empty);
}
