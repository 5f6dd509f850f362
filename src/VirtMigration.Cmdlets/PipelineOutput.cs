using System.Management.Automation;
using System.Management.Automation.Host;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>What a command says, on its own pipeline. Only on the pipeline's thread.</summary>
/// <param name="cmdlet">The command.</param>
/// <param name="stopped">Cancelled by Ctrl+C.</param>
internal sealed class PipelineOutput(PSCmdlet cmdlet, CancellationToken stopped) : ICommandOutput
{
    private readonly PSHost? _host = cmdlet.Host;

    public CancellationToken Stopped => stopped;

    public void WriteObject(Guid? vm, object value) => cmdlet.WriteObject(value);

    public void WriteError(Guid? vm, ErrorRecord error) => cmdlet.WriteError(error);

    public void WriteWarning(Guid? vm, string text) => cmdlet.WriteWarning(text);

    public void WriteVerbose(Guid? vm, string text) => cmdlet.WriteVerbose(text);

    public void WriteProgress(Guid? vm, ProgressRecord record) => cmdlet.WriteProgress(record);

    /// <summary>Says it through the host: a command that was stopped, or that nobody listens to, can say nothing else.</summary>
    public void Tell(string line) => _host?.UI?.WriteWarningLine(line);

    public void Starting(MigrationPlan plan)
    {
        // Its progress bar says so.
    }

    public void Status(Guid vm, string text)
    {
        // Its progress bar says so.
    }

    public void Ended(Guid vm, string lastWord)
    {
        // Its result or its error says so.
    }
}
