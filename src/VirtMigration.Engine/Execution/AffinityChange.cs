using VirtMigration.Options;

namespace VirtMigration.Execution;

/// <summary>A change of affinity groups that was checked and is ready to be made.</summary>
/// <param name="Before">The group before; null: it is new.</param>
/// <param name="After">The group after.</param>
/// <param name="Warnings">What should be known before it is made.</param>
public sealed record AffinityChange(AffinityGroup? Before, AffinityGroup After, IReadOnlyList<string> Warnings)
{
    /// <summary>What changes, before and after: what -WhatIf prints.</summary>
    public override string ToString() => Before is null
        ? $"Add affinity group '{After.Name}' of cluster '{After.Cluster}': {After.Describe()}"
        : $"Affinity group '{Before.Name}' of cluster '{Before.Cluster}': {OptionText.Difference(Text(Before), Text(After))}";

    private static IReadOnlyList<(string Setting, string Value)> Text(AffinityGroup group) =>
    [
        (nameof(group.Name), group.Name),
        (nameof(group.Rule), $"{group.Rule}"),
        (nameof(group.Mandatory), $"{group.Mandatory}"),
        (nameof(group.Vms), string.Join(", ", group.Vms)),
    ];
}
