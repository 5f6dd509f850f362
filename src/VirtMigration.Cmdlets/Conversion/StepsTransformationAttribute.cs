using System.Collections;
using System.Management.Automation;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes the steps of a schedule as text, one or several.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StepsTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? bare = Bare(inputData);
        try
        {
            return bare switch
            {
                null => null,
                string or ConvergenceStep => new[] { Read(bare) },
                IEnumerable several => several.Cast<object?>().Select(Read).ToArray(),
                _ => throw NotAStep(bare),
            };
        }
        catch (VirtMigrationException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.RecommendedAction}", error);
        }
    }

    private static ConvergenceStep Read(object? one) => Bare(one) switch
    {
        ConvergenceStep step => step,
        string text => ConvergenceStep.Parse(text),
        object other => throw NotAStep(other),
        null => throw new ArgumentTransformationMetadataException("A step cannot be empty."),
    };

    private static object? Bare(object? input) => input is PSObject wrapped ? wrapped.BaseObject : input;

    private static ArgumentTransformationMetadataException NotAStep(object other) =>
        new($"'{other}' is not a step. Write it as text: 'pass 3: downtime 200ms'.");
}
