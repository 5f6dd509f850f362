using System.Management.Automation;
using VirtMigration.Convergence;
using VirtMigration.Execution;

namespace VirtMigration.Cmdlets;

/// <summary>One recovery of a command: it runs on its own, the pipeline's thread writes. Ctrl+C lets go of it.</summary>
/// <param name="cmdlet">Writes.</param>
/// <param name="proposed">The recovery.</param>
/// <param name="stop">Cancelled by Ctrl+C.</param>
internal sealed class ResumeSession(PSCmdlet cmdlet, ProposedResume proposed, CancellationToken stop) : IProgress<MigrationSample>, IDisposable
{
    // The prompt comes back only when the command returns; to let go takes no longer than to ask both hosts.
    private static readonly TimeSpan s_patienceAfterStop = TimeSpan.FromSeconds(10);

    private readonly OutputPump<Action> _pump = new();
    private readonly ProgressBars _bars = new(new PipelineOutput(cmdlet, stop));

    /// <summary>Runs it to its end and writes how it ended.</summary>
    /// <exception cref="VirtMigrationException">It was not begun.</exception>
    public void Run()
    {
        _bars.Starting(proposed.Plan);
        Task<MigrationResult> running = Task.Run(() => Session.Resumer.ResumeAsync(proposed, this, stop));
        _ = running.ContinueWith(_ => _pump.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            _pump.DrainToEnd(say => say(), stop);
            Write(running.GetAwaiter().GetResult());
        }
        catch (VirtMigrationException)
        {
            _bars.Done(proposed.Plan);
            throw;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            SayAfterStop(running);
            throw new PipelineStoppedException();
        }
    }

    void IProgress<MigrationSample>.Report(MigrationSample value) => _pump.Post(() => _bars.Show(proposed.Plan, value));

    public void Dispose() => _pump.Dispose();

    private void Write(MigrationResult result)
    {
        _bars.Done(proposed.Plan);
        foreach (string notice in result.Notices)
        {
            cmdlet.WriteWarning($"VM '{result.VM}': {notice}");
        }

        cmdlet.WriteObject(result);
        if (result.ErrorId is not null)
        {
            cmdlet.WriteError(ErrorRecords.From(result));
        }
    }

    private void SayAfterStop(Task<MigrationResult> running)
    {
        _ = Task.WhenAny(running, Task.Delay(s_patienceAfterStop)).GetAwaiter().GetResult();
        string line = !running.IsCompleted
            ? $"VM '{proposed.Plan.VM}': whether its recovery has begun was not confirmed within {s_patienceAfterStop.TotalSeconds:0} s: ask Get-VmMigration."
            : running.IsCompletedSuccessfully ? running.Result.Error ?? running.Result.Describe()
            : running.Exception?.InnerException is VirtMigrationException error ? error.Message
            : $"VM '{proposed.Plan.VM}': its recovery was not begun, and both halves are kept.";
        cmdlet.Host?.UI?.WriteWarningLine(line);
    }
}
