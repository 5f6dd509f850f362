using System.Text;
using VirtMigration.Placement;

namespace VirtMigration.Planning;

/// <summary>A plan as text that reads well in a terminal: the settings in one column, what was taken and why in the other. Pins that change
/// stand below their setting.</summary>
internal static class PlanText
{
    // The width that the project's views are made for; a terminal that is wider only leaves room.
    private const int Columns = 98;
    private const string Indent = "  ";

    /// <summary>The text.</summary>
    public static string Of(MigrationPlan plan)
    {
        StringBuilder text = new();
        int first = Indent.Length + plan.Decisions.Max(decision => decision.Setting.Length) + 2;
        Wrap(text, plan.ToString(), column: 0, first);
        foreach (PlanDecision decision in plan.Decisions)
        {
            text.AppendLine().Append((Indent + decision.Setting).PadRight(first));
            string taken = decision.Changed ? $"{decision.Taken} (asked: {decision.Asked})" : decision.Taken;
            Wrap(text, $"{taken} - {decision.Reason}", column: first, first);
            if (decision.Setting == PinsRule.Setting && plan.Pins is PinRemapping pins)
            {
                Pins(text, pins, first);
            }
        }

        foreach (string warning in plan.Warnings)
        {
            text.AppendLine().Append((Indent + "WARNING").PadRight(first));
            Wrap(text, warning, column: first, first);
        }

        return text.ToString();
    }

    // A line for each group of threads, old pins and new ones.
    private static void Pins(StringBuilder text, PinRemapping pins, int indentation)
    {
        // No name is longer than "I/O threads 100-199".
        const int Name = 21;
        foreach ((string who, string change) in PinText.Lines(pins.Before, pins.After, Columns - indentation - Name))
        {
            text.AppendLine().Append(' ', indentation).Append(who.PadRight(Name - 2)).Append("  ");
            Wrap(text, change, indentation + Name, indentation + Name);
        }
    }

    // Breaks at blanks, and goes on below at the indentation; a word longer than the line stands alone.
    private static void Wrap(StringBuilder text, string words, int column, int indentation)
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
