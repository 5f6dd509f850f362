using VirtMigration.Planning;

namespace VirtMigration.Options;

/// <summary>One option with its value and whose it is.</summary>
/// <param name="Setting">The option.</param>
/// <param name="Value">Its value as it is written.</param>
/// <param name="Origin">Who states it.</param>
public sealed record OptionValue(string Setting, string Value, SettingOrigin Origin)
{
    /// <summary>In words: <c>ParallelConnections Auto (Cluster)</c>.</summary>
    public override string ToString() => $"{Setting} {Value} ({Origin})";
}
