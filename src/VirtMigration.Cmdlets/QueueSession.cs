using System.Collections.Concurrent;
using VirtMigration.Cmdlets.Jobs;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>One command's queue of migrations, whether it writes to its pipeline or runs as a job.</summary>
internal sealed class QueueSession : IQueueObserver, IJobWork, IOngoingWork
{
    private readonly ICommandOutput _output;
    private readonly CommandWork _work;
    private readonly MigrationQueue _queue;
    private readonly ProgressBars _bars;
    private readonly Dictionary<Guid, MigrationPlan> _unreported = [];

    // Never disposed: they hold nothing, and may be cancelled at any time.
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _stops = new();

    public QueueSession(ICommandOutput output)
    {
        _output = output;
        _bars = new(output);
        _work = new(output);
        _queue = new(Session.Runner, Session.SlotLocks, this, Session.Clock, QueueOrder.Kept, _work.Abort);
        Session.Queues.Add(_queue);
        _work.Begin(_queue.Completion, _queue.StartNoMore);
    }

    public void Enqueue(QueuedMigration migration)
    {
        MigrationPlan plan = migration.Run.Plan;
        _unreported[plan.Uuid] = plan;
        _queue.Enqueue(migration with { Stop = _stops.GetOrAdd(plan.Uuid, _ => new()).Token });
    }

    /// <summary>Writes what there is to say now.</summary>
    public void Drain() => _work.Drain();

    /// <summary>Writes everything until the last VM ended.</summary>
    public void DrainToEnd()
    {
        _queue.Complete();
        _work.DrainToEnd();
    }

    /// <summary>After Ctrl+C: waits for the aborts, within a bound, and says of each VM where it is. Only the host can still be
    /// written to.</summary>
    public void SayAfterStop()
    {
        _work.DrainAfterStop();
        foreach (MigrationPlan plan in _unreported.Values)
        {
            _output.Tell(CommandWork.Unconfirmed(plan.VM));
        }

        _unreported.Clear();
    }

    /// <summary>When the rest of the pipeline wants no more: starts no further VM and sees those under way to their end.</summary>
    public void FinishUnderWay() => _work.FinishUnderWay();

    public void Stop() => _work.Stop();

    // Where it waits it leaves the queue; otherwise it is under way, or about to be.
    public void Stop(Guid vm)
    {
        if (_stops.TryGetValue(vm, out CancellationTokenSource? stop) && !_queue.TryStop(vm))
        {
            stop.Cancel();
        }
    }

    void IQueueObserver.Waiting(MigrationPlan plan, string reason) => _work.Post(() => _bars.Waiting(plan, reason));

    void IQueueObserver.Starting(MigrationPlan plan) => _work.Post(() =>
    {
        _output.Starting(plan);
        _output.WriteVerbose(plan.Uuid, $"Starting {plan}");
        _bars.Starting(plan);
    });

    void IQueueObserver.Progressed(MigrationPlan plan, MigrationSample sample) => _work.Post(() => _bars.Show(plan, sample));

    void IQueueObserver.Ended(MigrationResult result) =>
        _work.PostEnd(result.Uuid, result.Error ?? result.Describe(), () => Write(result));

    void IQueueObserver.NotStarted(MigrationPlan plan, VirtMigrationException error) => _work.PostEnd(plan.Uuid, error.Message, () =>
    {
        _unreported.Remove(plan.Uuid);
        if (_work.OnlyTells)
        {
            _output.Tell(error.Message);
            return;
        }

        _work.Said(plan.Uuid);
        _bars.Done(plan);
        _output.WriteError(plan.Uuid, ErrorRecords.From(error));
        _output.Ended(plan.Uuid, error.Message);
    });

    public void Dispose() => _work.Dispose();

    private void Write(MigrationResult result)
    {
        _unreported.Remove(result.Uuid);
        if (_work.OnlyTells)
        {
            _output.Tell(result.Error ?? result.Describe());
            foreach (string notice in result.Notices)
            {
                _output.Tell($"VM '{result.VM}': {notice}");
            }

            return;
        }

        _work.Said(result.Uuid);
        _bars.Done(result.Plan);
        foreach (string notice in result.Notices)
        {
            _output.WriteWarning(result.Uuid, $"VM '{result.VM}': {notice}");
        }

        // The result comes first, so that it is there even where errors end the script.
        _output.WriteObject(result.Uuid, result);
        if (result.ErrorId is not null)
        {
            _output.WriteError(result.Uuid, ErrorRecords.From(result));
        }

        _output.Ended(result.Uuid, result.Error ?? result.Describe());
    }
}
