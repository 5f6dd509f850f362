using System.Management.Automation;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes a timeout as text, in all or for each GiB, or as a TimeSpan; refuses bare numbers as
/// <see cref="DurationTransformationAttribute"/> does.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeoutTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return bare switch
            {
                null => null,
                MigrationTimeout timeout => timeout,
                TimeSpan time when time > TimeSpan.Zero => MigrationTimeout.Parse(DurationText.Exact(time)),
                string text => MigrationTimeout.Parse(text),
                _ => throw new ArgumentTransformationMetadataException(
                    $"'{bare}' is no timeout: it needs a time above 0 with its unit. Write it as text: 10min, 150s/GiB; quotes matter, for the shell itself reads 2s as the number 2."),
            };
        }
        catch (VirtMigrationException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.RecommendedAction}", error);
        }
    }
}
