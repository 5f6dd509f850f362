namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of migration policies.</summary>
public sealed class PolicyCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => Session.Policies.All().Select(policy => policy.Name);
}
