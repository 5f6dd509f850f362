using System.Text;

namespace VirtMigration.Planning;

/// <summary>A plan as text that reads well in a terminal: the settings in one column, what was taken and why in the other.</summary>
internal static class PlanText
{
    // The width that the project's views are made for; a terminal that is wider only leaves room.
    private const int Columns = 98;
    private const string Indent = "  ";

    /// <summary>The text.</summary>
    public static string Of(MigrationPlan plan)
    {
        StringBuilder text = new(plan.ToString());
        int first = Indent.Length + plan.Decisions.Max(decision => decision.Setting.Length) + 2;
        foreach (PlanDecision decision in plan.Decisions)
        {
            text.AppendLine().Append((Indent + decision.Setting).PadRight(first));
            string taken = decision.Changed ? $"{decision.Taken} (asked: {decision.Asked})" : decision.Taken;
            Wrap(text, $"{taken} - {decision.Reason}", first);
        }

        return text.ToString();
    }

    // Breaks at blanks; a word longer than the line stands alone.
    private static void Wrap(StringBuilder text, string words, int first)
    {
        int column = first;
        foreach (string word in words.Split(' '))
        {
            if (column > first && column + 1 + word.Length > Columns)
            {
                text.AppendLine().Append(' ', first);
                column = first;
            }
            else if (column > first)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
        }
    }
}
