using System.Globalization;
using System.Management.Automation;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes parallel connections as a word or as a number.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ParallelChoiceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        UnitText.Read(
            inputData is PSObject { BaseObject: int wrapped } ? Text(wrapped) : inputData is int number ? Text(number) : inputData,
            ParallelChoice.Parse, "a choice of parallel connections", "Disabled, Auto, Parallel or a number from 2 to 255");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
