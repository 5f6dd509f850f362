using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.InteropServices;
using VirtMigration.Execution;

namespace VirtMigration.Cmdlets;

/// <summary>The work of one command: workers post what there is to say, and the one thread that may write says it. It knows the ways in
/// which a command ends before its work does: Ctrl+C, nobody downstream who wants more, and a process that is asked to end (SIGTERM,
/// SIGHUP). In each of them no VM that is under way is left to nobody's care.</summary>
/// <param name="output">Takes what is said.</param>
internal sealed class CommandWork(ICommandOutput output) : IDisposable
{
    // The prompt comes back only when the command returns, so it may not take long; an abort takes 0.03 s where all is well.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _abort = CancellationTokenSource.CreateLinkedTokenSource(output.Stopped);
    private readonly OutputPump<Action> _pump = new();
    private readonly ConcurrentDictionary<Guid, string> _unsaid = new();
    private PosixSignalRegistration[] _signals = [];
    private Task _completion = Task.CompletedTask;
    private Action _startNoMore = static () => { };

    /// <summary>What the work stops by: it is cancelled by Ctrl+C, by <see cref="Stop"/>, and by the signals.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <summary>Whether the shell takes no more output, so that only <see cref="ICommandOutput.Tell"/> is heard.</summary>
    public bool OnlyTells => output.Stopped.IsCancellationRequested;

    /// <summary>What is said of a VM whose abort was not confirmed in time.</summary>
    /// <param name="vm">Its name.</param>
    public static string Unconfirmed(string vm) =>
        $"VM '{vm}': the abort was not confirmed within {s_patience.TotalSeconds:0} s, so where it is is unknown: ask Get-VmMigration and Get-VM {vm}.";

    /// <summary>Takes the work into its hands, once, when it was set going.</summary>
    /// <param name="completion">Ends with the work.</param>
    /// <param name="startNoMore">Lets the work start no further VM; on any thread, also more than once.</param>
    public void Begin(Task completion, Action startNoMore)
    {
        _completion = completion;
        _startNoMore = startNoMore;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => AbortBeforeExit()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => AbortBeforeExit()),
        ];
        _ = completion.ContinueWith(_ => _pump.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Hands on what is to be said, from any thread.</summary>
    /// <param name="say">Says it.</param>
    public void Post(Action say) => _pump.Post(say);

    /// <summary>Hands on how a VM ended. If the command ends before it could be written, it is told in one line.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="line">The line.</param>
    /// <param name="say">Writes it, and then calls <see cref="Said"/>.</param>
    public void PostEnd(Guid vm, string line, Action say)
    {
        _unsaid[vm] = line;
        _pump.Post(say);
    }

    /// <summary>How a VM ended is written.</summary>
    /// <param name="vm">The VM.</param>
    public void Said(Guid vm) => _unsaid.TryRemove(vm, out _);

    /// <summary>Says what there is to say now.</summary>
    public void Drain() => _pump.Drain(say => say());

    /// <summary>Says everything until the work ended.</summary>
    /// <exception cref="PipelineStoppedException">Ctrl+C.</exception>
    public void DrainToEnd()
    {
        try
        {
            _pump.DrainToEnd(say => say(), output.Stopped);
        }
        catch (OperationCanceledException) when (OnlyTells)
        {
            throw new PipelineStoppedException();
        }

        // A fault of the work itself must not look like an end.
        _completion.GetAwaiter().GetResult();
    }

    /// <summary>After Ctrl+C: waits for the aborts, within a bound, and says what was posted; whoever posted it tells it.</summary>
    public void DrainAfterStop()
    {
        _startNoMore();
        _ = _completion.Wait(s_patience);
        _pump.Drain(say =>
        {
            try
            {
                say();
            }
            catch (PipelineStoppedException)
            {
                // The shell takes no more output; what matters is told.
            }
        });
    }

    /// <summary>When the rest of the pipeline wants no more: starts no further VM, sees those under way to their end, and tells of each
    /// how it ended.</summary>
    public void FinishUnderWay()
    {
        _startNoMore();
        while (!_completion.IsCompleted && !OnlyTells)
        {
            Task.WaitAny([_completion], TimeSpan.FromSeconds(1));
        }

        foreach (string line in _unsaid.Values)
        {
            output.Tell(line);
        }

        _unsaid.Clear();
    }

    /// <summary>Stops the work of a job, without waiting: nothing more is started, what is in pre-copy is aborted, what is in post-copy left
    /// to go on. On any thread, also when it has ended.</summary>
    public void Stop()
    {
        try
        {
            _startNoMore();
            _abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
    }

    public void Dispose()
    {
        if (!_completion.IsCompleted)
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
        Stop();
        _ = _completion.Wait(s_patience);
    }
}
