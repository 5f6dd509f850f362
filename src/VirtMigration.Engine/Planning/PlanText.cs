using System.Text;
using VirtMigration.Placement;

namespace VirtMigration.Planning;

/// <summary>A plan as text that reads well in a terminal: the settings in one column, what was taken and why in the other. Pins that change
/// stand below their setting.</summary>
internal static class PlanText
{
    private const string Indent = "  ";

    /// <summary>The text.</summary>
    public static string Of(MigrationPlan plan)
    {
        StringBuilder text = new();
        int first = Indent.Length + plan.Decisions.Max(decision => decision.Setting.Length) + 2;
        WrappedText.Write(text, plan.ToString(), column: 0, first);
        foreach (PlanDecision decision in plan.Decisions)
        {
            text.AppendLine().Append((Indent + decision.Setting).PadRight(first));
            string taken = decision.Changed ? $"{decision.Taken} (asked: {decision.Asked})" : decision.Taken;
            WrappedText.Write(text, $"{taken} - {decision.Reason}", column: first, first);
            if (decision.Setting == PinsRule.Setting && plan.Pins is PinRemapping pins)
            {
                Pins(text, pins, first);
            }
        }

        foreach (string warning in plan.Warnings)
        {
            text.AppendLine().Append((Indent + "WARNING").PadRight(first));
            WrappedText.Write(text, warning, column: first, first);
        }

        return text.ToString();
    }

    // A line for each group of threads, old pins and new ones.
    private static void Pins(StringBuilder text, PinRemapping pins, int indentation)
    {
        // No name is longer than "I/O threads 100-199".
        const int Name = 21;
        foreach ((string who, string change) in PinText.Lines(pins.Before, pins.After, WrappedText.Columns - indentation - Name))
        {
            text.AppendLine().Append(' ', indentation).Append(who.PadRight(Name - 2)).Append("  ");
            WrappedText.Write(text, change, indentation + Name, indentation + Name);
        }
    }
}
