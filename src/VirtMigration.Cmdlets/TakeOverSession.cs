using System.Management.Automation;
using System.Management.Automation.Host;
using VirtMigration.Convergence;
using VirtMigration.Execution;

namespace VirtMigration.Cmdlets;

/// <summary>One command's hold on a migration that it took over: a worker steers, the pipeline's thread writes. However the command ends,
/// the hold is let go of and it is said where the VM is, or that the migration goes on.</summary>
internal sealed class TakeOverSession : IProgress<MigrationSample>, IDisposable
{
    // The prompt comes back only when the command returns, so it may not take long; letting go takes a moment where all is well.
    private static readonly TimeSpan s_patienceAfterStop = TimeSpan.FromSeconds(10);

    private readonly Cmdlet _cmdlet;
    private readonly PSHost? _host;
    private readonly ProposedTakeOver _proposed;
    private readonly TimeSpan _interval;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _letGo;
    private readonly OutputPump<MigrationSample> _pump = new();
    private DateTimeOffset _shown;

    public TakeOverSession(PSCmdlet cmdlet, ProposedTakeOver proposed, TimeSpan interval, CancellationToken stop)
    {
        _cmdlet = cmdlet;
        _host = cmdlet.Host;
        _proposed = proposed;
        _interval = interval;
        _stop = stop;
        _letGo = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Steers to the end, and writes samples and how it ended.</summary>
    public void Run()
    {
        Task<MigrationResult> steering = Task.Run(() => Session.TakeOver.RunAsync(_proposed, this, _letGo.Token));
        _ = steering.ContinueWith(_ => _pump.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            _pump.DrainToEnd(_cmdlet.WriteObject, _stop);
            Write(steering.GetAwaiter().GetResult());
        }
        catch (Exception error) when (error is OperationCanceledException or PipelineStoppedException)
        {
            // Ctrl+C, or nobody downstream wants more.
            _letGo.Cancel();
            SayAfterStop(steering);
            throw error is PipelineStoppedException ? error : new PipelineStoppedException();
        }
    }

    void IProgress<MigrationSample>.Report(MigrationSample value)
    {
        if (value.Phase == MigrationPhase.Ended || value.Time - _shown >= _interval)
        {
            _shown = value.Time;
            _pump.Post(value);
        }
    }

    public void Dispose()
    {
        _letGo.Cancel();
        _letGo.Dispose();
        _pump.Dispose();
    }

    private void Write(MigrationResult result)
    {
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

    private void SayAfterStop(Task<MigrationResult> steering)
    {
        try
        {
            string said = !steering.Wait(s_patienceAfterStop)
                ? $"VM '{_proposed.Migration.VM}': this shell could not let go of the migration within {s_patienceAfterStop.TotalSeconds:0} s: ask Get-VmMigration."
                : steering.Result.Outcome == MigrationOutcome.Detached ? _proposed.ToldWhenLetGo()
                : steering.Result.Error ?? steering.Result.Describe();
            _host?.UI?.WriteWarningLine(said);
        }
        catch (AggregateException)
        {
            // It was stopped before anything was taken over.
        }
    }
}
