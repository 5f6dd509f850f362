namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the choices of parallel connections.</summary>
public sealed class ParallelChoiceCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => ["Disabled", "Auto", "Parallel"];
}
