namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of affinity groups.</summary>
public sealed class AffinityGroupCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Session.AffinityGroups.All().Select(group => group.Name).Distinct(StringComparer.OrdinalIgnoreCase);
}
