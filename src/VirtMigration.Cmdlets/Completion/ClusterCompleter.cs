namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of clusters.</summary>
public sealed class ClusterCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Session.Registry.All().Select(host => host.Cluster).Distinct(StringComparer.OrdinalIgnoreCase);
}
