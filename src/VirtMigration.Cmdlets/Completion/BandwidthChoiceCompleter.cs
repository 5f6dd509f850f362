namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the choices of a bandwidth.</summary>
public sealed class BandwidthChoiceCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => ["None", "Link"];
}
