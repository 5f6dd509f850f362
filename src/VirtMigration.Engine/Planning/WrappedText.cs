using System.Text;

namespace VirtMigration.Planning;

/// <summary>Text that keeps to the width of a terminal.</summary>
internal static class WrappedText
{
    /// <summary>The width that the project's views are made for; a terminal that is wider only leaves room.</summary>
    public const int Columns = 98;

    /// <summary>Writes words behind what is there. Breaks at blanks, and goes on below at the indentation; a word longer than the line stands
    /// alone.</summary>
    /// <param name="text">What is there.</param>
    /// <param name="words">The words.</param>
    /// <param name="column">How far the line is.</param>
    /// <param name="indentation">Where the next lines begin.</param>
    public static void Write(StringBuilder text, string words, int column, int indentation)
    {
        bool lineIsEmpty = true;
        foreach (string word in words.Split(' '))
        {
            if (!lineIsEmpty && column + 1 + word.Length > Columns)
            {
                text.AppendLine().Append(' ', indentation);
                column = indentation;
                lineIsEmpty = true;
            }

            if (!lineIsEmpty)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
            lineIsEmpty = false;
        }
    }
}
