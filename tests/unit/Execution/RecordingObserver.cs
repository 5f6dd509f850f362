using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Writes down what a queue tells, and lets a test wait for it.</summary>
internal sealed class RecordingObserver : IQueueObserver
{
    private readonly Lock _lock = new();
    private readonly List<string> _told = [];
    private readonly List<MigrationResult> _results = [];
    private int _starts;
    private readonly List<(Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Met)> _waiters = [];

    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    public IReadOnlyList<MigrationResult> Results
    {
        get
        {
            lock (_lock)
            {
                return [.. _results];
            }
        }
    }

    /// <summary>How many starts, ends and words there were so far: cheaper than all that was told.</summary>
    public (int Starts, int Ends, int Words) Counts
    {
        get
        {
            lock (_lock)
            {
                return (_starts, _results.Count, _told.Count);
            }
        }
    }

    public IEnumerable<string> Starts => Told.Where(one => one.StartsWith("start ", StringComparison.Ordinal)).Select(one => one[6..]);

    public Task UntilAsync(string prefix) => UntilAsync(told => told.Any(one => one.StartsWith(prefix, StringComparison.Ordinal)));

    public Task UntilAsync(Func<IReadOnlyList<string>, bool> condition)
    {
        lock (_lock)
        {
            if (condition(_told))
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((condition, met));
            return met.Task.WaitAsync(FakeHost.Patience);
        }
    }

    public void Waiting(MigrationPlan plan, string reason) => Note($"wait {plan.VM}: {reason}");

    public void Starting(MigrationPlan plan)
    {
        lock (_lock)
        {
            _starts++;
        }

        Note($"start {plan.VM}");
    }

    public void Progressed(MigrationPlan plan, MigrationSample sample)
    {
    }

    public void Ended(MigrationResult result)
    {
        lock (_lock)
        {
            _results.Add(result);
        }

        Note($"end {result.VM} {result.Outcome}");
    }

    public void NotStarted(MigrationPlan plan, VirtMigrationException error) => Note($"not started {plan.VM} {error.ErrorId}");

    private void Note(string what)
    {
        lock (_lock)
        {
            _told.Add(what);
            foreach ((Func<IReadOnlyList<string>, bool> condition, TaskCompletionSource met) in _waiters.ToList())
            {
                if (condition(_told))
                {
                    met.TrySetResult();
                }
            }
        }
    }
}
