using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the migration modes.</summary>
public sealed class MigrationModeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Enum.GetNames<MigrationMode>();
}
