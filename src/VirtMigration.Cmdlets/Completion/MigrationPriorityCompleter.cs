using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the migration priorities.</summary>
public sealed class MigrationPriorityCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Enum.GetNames<MigrationPriority>();
}
