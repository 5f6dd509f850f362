using System.Globalization;
using System.Text;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>The plan of an evacuation as text that reads well in a terminal: a line a move in order, then who stays and why on each host, then
/// how long it takes and what should be known.</summary>
internal static class EvacuationText
{
    private const string Indent = "  ";

    // Of VMs and hosts in one line so many are named, and the rest counted.
    private const int Named = 5;

    // Longer names push their own line only.
    private const int LongestName = 24;

    /// <summary>The text.</summary>
    public static string Of(EvacuationPlan plan)
    {
        StringBuilder text = new();
        WrappedText.Write(text, Summary(plan), column: 0, Indent.Length);
        Moves(text, plan);
        if (plan.Left.Count > 0)
        {
            text.AppendLine().AppendLine().Append(CultureInfo.InvariantCulture, $"{Vms(plan.Left.Count)} {(plan.Left.Count == 1 ? "stays" : "stay")}:");
            foreach (UnmovableVm vm in plan.Left)
            {
                Left(text, vm);
            }
        }

        text.AppendLine();
        if (plan.Missing() is string missing)
        {
            Line(text, "MISSING", missing);
        }

        if (plan.Total is TimeSpan total && plan.Moves.Count > 0)
        {
            string bound = plan.AtLeast is TimeSpan least && least < total ? $" (no order is quicker than {DurationText.Format(least)})" : string.Empty;
            Line(text, "Time", $"about {DurationText.Format(total)}{bound}: {plan.TimeBasis}");
        }

        foreach (string warning in plan.Warnings)
        {
            Line(text, "WARNING", warning);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>The plan in one line.</summary>
    public static string Summary(EvacuationPlan plan)
    {
        int all = plan.Moves.Count + plan.Left.Count;
        if (all == 0)
        {
            return $"{plan.Host}: no VM is to leave";
        }

        string stay = plan.Left.Count == 0 ? string.Empty : $"{plan.Left.Count} {(plan.Left.Count == 1 ? "stays" : "stay")}: {List([.. plan.Left.Select(vm => vm.VM)], Named)}";
        if (plan.Moves.Count == 0)
        {
            return $"{plan.Host}: no VM leaves; {stay}";
        }

        string[] hosts = [.. plan.Moves.GroupBy(move => move.Destination, StringComparer.OrdinalIgnoreCase).OrderByDescending(host => host.Count()).ThenBy(host => host.Key, StringComparer.OrdinalIgnoreCase)
            .Select(host => $"{host.Key} ({host.Count()})")];
        string leave = plan.Left.Count == 0 ? $"{Vms(all)} {(all == 1 ? "leaves" : "leave")}" : $"{plan.Moves.Count} of {Vms(all)} {(plan.Moves.Count == 1 ? "leaves" : "leave")}";
        string time = plan.Total is TimeSpan total ? $", in about {DurationText.Format(Rounded(total))}" : string.Empty;
        return $"{plan.Host}: {leave} for {List(hosts, Named)}{time}{(stay.Length == 0 ? string.Empty : $"; {stay}")}";
    }

    /// <summary>What is missing for the VMs that find no room; null: nothing.</summary>
    public static string? Missing(EvacuationPlan plan)
    {
        UnmovableVm[] left = [.. plan.Left.Where(vm => vm.ErrorId == "NoRoom")];
        string hosts = List(plan.Targets, Named);
        return left.Length == 0 ? null
            : plan.Lacking is ByteSize lacking
                ? $"{hosts} {(plan.Targets.Count == 1 ? "lacks" : "lack")} {lacking}{(plan.Targets.Count == 1 ? string.Empty : " together")} for {Vms(left.Length)}"
                : $"{hosts} {(plan.Targets.Count == 1 ? "has" : "have")} no place for {Vms(left.Length)}: {string.Join("; ", left.Take(Named).Select(vm => vm.ToString()))}{(left.Length > Named ? $"; and {left.Length - Named} more" : string.Empty)}";
    }

    /// <summary>The VMs that only a person may migrate, with why: <c>db1 (it states so) and db2 (the default, for vCPU 0 is pinned)</c>; empty:
    /// none moves.</summary>
    public static string Manual(IEnumerable<PlannedMove> moves) =>
        List([.. moves.Where(move => move.ManualOnly).Select(move => move.ManualReason is null ? move.VM : $"{move.VM} ({move.ManualReason})")], int.MaxValue - 1);

    /// <summary>VMs by their number: <c>1 VM</c>, <c>3 VMs</c>.</summary>
    public static string Vms(int count) => $"{count} VM{(count == 1 ? string.Empty : "s")}";

    /// <summary>A list in words: <c>a, b and c</c>; of a long one the first and how many more.</summary>
    public static string List(IReadOnlyList<string> names, int most) => names.Count switch
    {
        0 => "none",
        1 => names[0],
        _ when names.Count > most + 1 => $"{string.Join(", ", names.Take(most))} and {names.Count - most} more",
        _ => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}",
    };

    private static void Moves(StringBuilder text, EvacuationPlan plan)
    {
        if (plan.Moves.Count == 0)
        {
            return;
        }

        int turn = $"{plan.Moves.Count}".Length;
        int vm = Math.Clamp(plan.Moves.Max(move => move.VM.Length), 2, LongestName);
        int to = Math.Clamp(plan.Moves.Max(move => move.Destination.Length), 2, LongestName);
        int memory = Math.Max(6, plan.Moves.Max(move => move.Memory.ToString().Length));
        text.AppendLine().AppendLine().Append(Indent).Append("#".PadLeft(turn)).Append("  ").Append("VM".PadRight(vm)).Append("  ").Append("to".PadRight(to)).Append("  ")
            .Append("memory".PadLeft(memory)).Append("  ").Append("starts at".PadLeft(11)).Append("  ").Append("takes".PadLeft(11));
        foreach (PlannedMove move in plan.Moves)
        {
            StringBuilder line = new();
            line.Append(Indent).Append($"{move.Order}".PadLeft(turn)).Append("  ").Append(move.VM.PadRight(vm)).Append("  ").Append(move.Destination.PadRight(to)).Append("  ")
                .Append($"{move.Memory}".PadLeft(memory)).Append("  ").Append(Time(move.Start).PadLeft(11)).Append("  ").Append(Time(move.Takes).PadLeft(11));
            text.AppendLine().Append(line);
            string notes = string.Join("; ", Notes(move));
            if (notes.Length > 0)
            {
                int column = Indent.Length + turn + 4;
                bool fits = line.Length + 2 + notes.Length <= WrappedText.Columns;
                _ = fits ? text.Append("  ").Append(notes) : text.AppendLine().Append(' ', column);
                if (!fits)
                {
                    WrappedText.Write(text, notes, column, column);
                }
            }
        }
    }

    private static IEnumerable<string> Notes(PlannedMove move)
    {
        if (move.Stopped)
        {
            yield return "shut off: its definition alone";
        }

        if (move.Priority != Options.MigrationPriority.Medium)
        {
            yield return $"priority {move.Priority}";
        }

        if (move.ManualOnly)
        {
            yield return $"manual only ({move.ManualReason})";
        }

        if (move.Pins is string pins)
        {
            yield return $"new pins: {pins}";
        }
    }

    private static void Left(StringBuilder text, UnmovableVm vm)
    {
        int indentation = 2 * Indent.Length;
        text.AppendLine().Append(Indent);
        WrappedText.Write(text, $"{vm.VM} [{vm.ErrorId}]: {vm.Reason}.", Indent.Length, indentation);
        DestinationReport[] refusing = [.. vm.Hosts.Where(report => !report.Eligible)];
        int width = refusing.Length == 0 ? 0 : Math.Min(LongestName, refusing.Max(report => report.Destination.Length));
        foreach (DestinationReport report in refusing)
        {
            DestinationFinding[] blockers = [.. report.Findings.Where(finding => finding.Severity == FindingSeverity.Blocker)];
            string more = blockers.Length <= 1 ? string.Empty : $" (and {blockers.Length - 1} more)";
            text.AppendLine().Append(' ', indentation).Append(report.Destination.PadRight(width)).Append("  ");
            WrappedText.Write(text, blockers.Length == 0 ? "does not take it" : $"needs {blockers[0].Required}, {blockers[0].Present}{more}",
                indentation + Math.Max(width, report.Destination.Length) + 2, indentation + width + 2);
        }

        text.AppendLine().Append(' ', indentation);
        WrappedText.Write(text, vm.RecommendedAction, indentation, indentation);
    }

    private static void Line(StringBuilder text, string name, string words)
    {
        const int Column = 9;
        text.AppendLine().Append(name.PadRight(Column));
        WrappedText.Write(text, words, Column, Column);
    }

    // In a sentence a minute more or less is nothing.
    private static TimeSpan Rounded(TimeSpan time) => time.TotalMinutes < 1 ? TimeSpan.FromSeconds(Math.Max(1, Math.Round(time.TotalSeconds))) : TimeSpan.FromSeconds(Math.Round(time.TotalSeconds / 10) * 10);

    private static string Time(TimeSpan? time) => time is TimeSpan known ? DurationText.Format(known) : "?";
}
