using System.Management.Automation;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes a duration as text with its unit or as a TimeSpan, and refuses bare numbers: the shell reads 500 as 50 microseconds
/// and '5' as five days.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        UnitText.Read(inputData, DurationText.Parse, "a duration", "500ms, '2s' or 5min; the quotes matter, for the shell itself reads 2s as the number 2");
}
