namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of registered hosts.</summary>
public sealed class HostCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Session.Registry.All().Select(host => host.Name);
}
