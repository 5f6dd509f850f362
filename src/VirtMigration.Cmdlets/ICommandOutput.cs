using System.Management.Automation;

namespace VirtMigration.Cmdlets;

/// <summary>Where a command's work says what it has to say: its own pipeline, or a job. Only the thread that drains the work's pump
/// calls it.</summary>
internal interface ICommandOutput
{
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
}
