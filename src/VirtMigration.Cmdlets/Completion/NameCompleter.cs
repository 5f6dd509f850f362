using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes names of one kind. What cannot be completed stays as it was typed: the Tab key never shows an error.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = new((wordToComplete ?? string.Empty).Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        try
        {
            return
            [
                .. Names()
                    .Where(pattern.IsMatch)
                    .Order(StringComparer.OrdinalIgnoreCase)
                    .Select(name => new CompletionResult(Quoted(name), name, CompletionResultType.ParameterValue, name)),
            ];
        }
        catch (Exception error) when (error is VirtMigrationException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>The names there are.</summary>
    protected abstract IEnumerable<string> Names();

    private static string Quoted(string name) =>
        name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.') ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
