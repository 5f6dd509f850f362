using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Runtime.InteropServices;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>One command's queue of migrations: workers post, the pipeline's thread writes. It knows the three ways a command ends:
/// by itself, by Ctrl+C, and because nobody downstream wants more.</summary>
internal sealed class QueueSession : IQueueObserver, IDisposable
{
    // The prompt comes back only when the command returns, so it may not take long; an abort takes 0.03 s where all is well.
    private static readonly TimeSpan s_patienceAfterStop = TimeSpan.FromSeconds(10);

    private readonly Cmdlet _cmdlet;
    private readonly PSHost? _host;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _abort;
    private readonly PosixSignalRegistration[] _signals;
    private readonly OutputPump<Action> _pump = new();
    private readonly MigrationQueue _queue;
    private readonly ProgressBars _bars;
    private readonly Dictionary<Guid, MigrationPlan> _unreported = [];
    private readonly ConcurrentDictionary<Guid, string> _late = new();

    public QueueSession(PSCmdlet cmdlet, CancellationToken stop)
    {
        _cmdlet = cmdlet;
        _host = cmdlet.Host;
        _stop = stop;
        _bars = new(cmdlet);
        _abort = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _queue = new(Session.Runner, Session.SlotLocks, this, Session.Clock, QueueOrder.Kept, _abort.Token);
        Session.Queues.Add(_queue);
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => AbortBeforeExit()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => AbortBeforeExit()),
        ];
        _ = _queue.Completion.ContinueWith(_ => _pump.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Enqueue(QueuedMigration migration)
    {
        _unreported[migration.Run.Plan.Uuid] = migration.Run.Plan;
        _queue.Enqueue(migration);
    }

    /// <summary>Writes what there is to say now.</summary>
    public void Drain() => _pump.Drain(say => say());

    /// <summary>Writes everything until the last VM ended.</summary>
    public void DrainToEnd()
    {
        _queue.Complete();
        try
        {
            _pump.DrainToEnd(say => say(), _stop);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }

        // A fault of the queue itself must not look like an end.
        _queue.Completion.GetAwaiter().GetResult();
    }

    /// <summary>After Ctrl+C: waits for the aborts, within a bound, and says of each VM where it is. Only the host can still be
    /// written to.</summary>
    public void SayAfterStop()
    {
        _queue.StartNoMore();
        _ = _queue.Completion.Wait(s_patienceAfterStop);
        _pump.Drain(say =>
        {
            try
            {
                say();
            }
            catch (PipelineStoppedException)
            {
                // The shell takes no more output; Ended and NotStarted have noted what matters.
            }
        });
        foreach (MigrationPlan plan in _unreported.Values)
        {
            Tell($"VM '{plan.VM}': the abort was not confirmed within {s_patienceAfterStop.TotalSeconds:0} s, so where it is is unknown: ask Get-VmMigration and Get-VM {plan.VM}.");
        }

        _unreported.Clear();
    }

    /// <summary>When the rest of the pipeline wants no more: starts no further VM and sees those under way to their end.</summary>
    public void FinishUnderWay()
    {
        _queue.StartNoMore();
        while (!_queue.Completion.IsCompleted && !_stop.IsCancellationRequested)
        {
            Task.WaitAny([_queue.Completion], TimeSpan.FromSeconds(1));
        }

        foreach (string line in _late.Values)
        {
            Tell(line);
        }

        _late.Clear();
    }

    void IQueueObserver.Waiting(MigrationPlan plan, string reason) => _pump.Post(() => _bars.Waiting(plan, reason));

    void IQueueObserver.Starting(MigrationPlan plan) => _pump.Post(() =>
    {
        _cmdlet.WriteVerbose($"Starting {plan}");
        _bars.Starting(plan);
    });

    void IQueueObserver.Progressed(MigrationPlan plan, MigrationSample sample) => _pump.Post(() => _bars.Show(plan, sample));

    void IQueueObserver.Ended(MigrationResult result)
    {
        _late[result.Uuid] = result.Error ?? result.Describe();
        _pump.Post(() => Write(result));
    }

    void IQueueObserver.NotStarted(MigrationPlan plan, VirtMigrationException error)
    {
        _late[plan.Uuid] = error.Message;
        _pump.Post(() =>
        {
            _unreported.Remove(plan.Uuid);
            if (_stop.IsCancellationRequested)
            {
                Tell(error.Message);
                return;
            }

            _late.TryRemove(plan.Uuid, out _);
            _bars.Done(plan);
            _cmdlet.WriteError(ErrorRecords.From(error));
        });
    }

    public void Dispose()
    {
        if (!_queue.Completion.IsCompleted)
        {
            FinishUnderWay();
        }

        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _pump.Dispose();
        _abort.Dispose();
    }

    // The process ends when the handlers have returned, so the abort is waited for here, within the same bound as after Ctrl+C.
    private void AbortBeforeExit()
    {
        _queue.StartNoMore();
        _abort.Cancel();
        _ = _queue.Completion.Wait(s_patienceAfterStop);
    }

    private void Write(MigrationResult result)
    {
        _unreported.Remove(result.Uuid);
        if (_stop.IsCancellationRequested)
        {
            Tell(result.Error ?? result.Describe());
            foreach (string notice in result.Notices)
            {
                Tell($"VM '{result.VM}': {notice}");
            }

            return;
        }

        _late.TryRemove(result.Uuid, out _);
        _bars.Done(result.Plan);
        foreach (string notice in result.Notices)
        {
            _cmdlet.WriteWarning($"VM '{result.VM}': {notice}");
        }

        // The result comes first, so that it is there even where errors end the script.
        _cmdlet.WriteObject(result);
        if (result.ErrorId is not null)
        {
            _cmdlet.WriteError(ErrorRecords.From(result));
        }
    }

    private void Tell(string line) => _host?.UI?.WriteWarningLine(line);
}
