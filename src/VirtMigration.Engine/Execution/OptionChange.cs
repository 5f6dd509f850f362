using VirtMigration.Options;

namespace VirtMigration.Execution;

/// <summary>A change of options that was checked and is ready to be made.</summary>
/// <param name="Target">What is changed, in words: <c>cluster 'prod'</c>, <c>VM 'db1'</c>.</param>
/// <param name="Before">The options before, by name.</param>
/// <param name="After">The options after, by name.</param>
/// <param name="Warnings">What should be known before it is made.</param>
public sealed record OptionChange(
    string Target, IReadOnlyList<(string Setting, string Value)> Before, IReadOnlyList<(string Setting, string Value)> After, IReadOnlyList<string> Warnings)
{
    /// <summary>What changes, before and after: what -WhatIf prints.</summary>
    public override string ToString() => $"Migration options of {Target}: {OptionText.Difference(Before, After)}";
}
