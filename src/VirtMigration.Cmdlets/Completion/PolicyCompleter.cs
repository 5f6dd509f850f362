using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of migration policies.</summary>
public sealed class PolicyCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => BuiltInPolicies.All.Select(policy => policy.Name);
}
