using System.Management.Automation;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes a duration as text with its unit or as a TimeSpan, or the word that takes an option back; refuses bare numbers as
/// <see cref="DurationTransformationAttribute"/> does.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationWordTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return bare is null || (bare is string word && word.Trim().Equals(OptionText.ClusterValue, StringComparison.OrdinalIgnoreCase))
            ? bare
            : UnitText.Read(bare, DurationText.Parse, "a duration", "'500ms' or '2s'; the quotes matter, for the shell itself reads 2s as the number 2") is TimeSpan duration
                ? DurationText.Exact(duration)
                : null;
    }
}
