using System.Management.Automation;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets;

/// <summary>Where a command's work says what it has to say: its own pipeline, or a job. Only the thread that drains the work's pump
/// calls it.</summary>
internal interface ICommandOutput
{
    /// <summary>Cancelled when the shell takes no more output because the operator stopped the command (Ctrl+C): from then on only
    /// <see cref="Tell"/> is heard. A job's never is: what is said after Stop-Job is received like the rest.</summary>
    CancellationToken Stopped { get; }

    /// <summary>Writes a result.</summary>
    /// <param name="vm">The VM it is of; null: it is of all.</param>
    /// <param name="value">The result.</param>
    void WriteObject(Guid? vm, object value);

    /// <summary>Writes an error.</summary>
    /// <param name="vm">The VM it is of; null: it is of all.</param>
    /// <param name="error">The error.</param>
    void WriteError(Guid? vm, ErrorRecord error);

    /// <summary>Writes a warning.</summary>
    /// <param name="vm">The VM it is of; null: it is of all.</param>
    /// <param name="text">The warning.</param>
    void WriteWarning(Guid? vm, string text);

    /// <summary>Writes what only those want to know who asked for more.</summary>
    /// <param name="vm">The VM it is of; null: it is of all.</param>
    /// <param name="text">The text.</param>
    void WriteVerbose(Guid? vm, string text);

    /// <summary>Shows progress.</summary>
    /// <param name="vm">The VM it is of; null: it is of all.</param>
    /// <param name="record">The progress.</param>
    void WriteProgress(Guid? vm, ProgressRecord record);

    /// <summary>Says something when nothing else can be written any more.</summary>
    /// <param name="line">The line.</param>
    void Tell(string line);

    /// <summary>A VM's migration is about to start: its child job runs.</summary>
    /// <param name="plan">The plan it runs by.</param>
    void Starting(MigrationPlan plan);

    /// <summary>How a VM stands, for its child job: <c>pre-copy, 43 %</c>.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="text">A few words.</param>
    void Status(Guid vm, string text);

    /// <summary>Nothing more will be said of a VM: its child job ends as the errors that were written say.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="lastWord">Where the VM is, in one sentence.</param>
    void Ended(Guid vm, string lastWord);
}
