using System.Management.Automation;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Reads a unit that was given as text.</summary>
internal static class UnitText
{
    /// <summary>Text is read, a value of the unit passes, anything else is refused with the form it must have.</summary>
    public static object? Read<T>(object? input, Func<string, T> parse, string what, string examples)
        where T : struct
    {
        object? bare = input is PSObject wrapped ? wrapped.BaseObject : input;
        try
        {
            return bare switch
            {
                null => null,
                T value => value,
                string text => parse(text),
                _ => throw new ArgumentTransformationMetadataException($"'{bare}' is a bare number, and {what} needs its unit. Write it as text: {examples}."),
            };
        }
        catch (VirtMigrationException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.RecommendedAction}", error);
        }
    }
}
