using System.Globalization;
using System.Text.RegularExpressions;
using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>Steps as people write them: <c>when: what</c>. What is written is read back as it was.</summary>
internal static partial class StepText
{
    private const string Conditions = "'pass 3', 'after 90s', 'after 75s/GiB', 'after 75s/GiB of at least 2GiB', 'no progress for 150s', 'stalled for 40s', 'after 6 rises', "
        + "several joined by 'and', or 'then'";

    private const string Actions = "'downtime 200ms', 'downtime x2 up to 2000s', 'bandwidth 500MiB/s', 'post-copy', 'pause up to 30s', 'finish', 'finish up to 30s' or 'abort'";

    public static ConvergenceStep Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            throw Invalid(text, "it has no colon between when and what");
        }

        try
        {
            ConvergenceStep step = ReadAction(text, text[(colon + 1)..].Trim());
            string conditions = text[..colon].Trim();
            if (!conditions.Equals("then", StringComparison.OrdinalIgnoreCase))
            {
                foreach (string condition in AndWord().Split(conditions))
                {
                    ConvergenceStep read = ReadCondition(text, condition.Trim(), step);
                    step = Stated(read) > Stated(step) ? read : throw Invalid(text, $"'{condition.Trim()}' comes beside another of its kind");
                }
            }

            return step;
        }
        catch (VirtMigrationException error) when (error.ErrorId != "PolicyStepInvalid")
        {
            throw Invalid(text, error.Message.TrimEnd('.'));
        }
    }

    public static string Of(ConvergenceStep step)
    {
        List<string> conditions = [];
        if (step.AfterPass is int pass)
        {
            conditions.Add($"pass {pass + 1}");
        }

        if (step.After is TimeSpan after)
        {
            conditions.Add($"after {DurationText.Exact(after)}");
        }

        if (step.AfterPerGiB is TimeSpan perGiB)
        {
            conditions.Add($"after {DurationText.Exact(perGiB)}/GiB{(step.AtLeastGiB is int least ? $" of at least {least} GiB" : string.Empty)}");
        }

        if (step.NoProgressFor is TimeSpan idle)
        {
            conditions.Add($"no progress for {DurationText.Exact(idle)}");
        }

        if (step.StalledFor is TimeSpan stalled)
        {
            conditions.Add($"stalled for {DurationText.Exact(stalled)}");
        }

        if (step.AfterRises is int rises)
        {
            conditions.Add($"after {rises} rises");
        }

        return $"{(conditions.Count == 0 ? "then" : string.Join(" and ", conditions))}: {ActionOf(step)}";
    }

    /// <summary>What a step does, in words.</summary>
    public static string ActionOf(ConvergenceStep step) => step.Action switch
    {
        ConvergenceAction.SetDowntime when step.Factor is decimal factor =>
            string.Create(CultureInfo.InvariantCulture, $"downtime x{factor:0.############} up to {DurationText.Exact(step.UpTo ?? TimeSpan.Zero)}"),
        ConvergenceAction.SetDowntime => $"downtime {DurationText.Exact(step.Downtime ?? TimeSpan.Zero)}",
        ConvergenceAction.SetBandwidth => $"bandwidth {(step.Bandwidth ?? default).ToExactString()}",
        ConvergenceAction.StartPostCopy => "post-copy",
        ConvergenceAction.Pause => $"pause up to {DurationText.Exact(step.UpTo ?? TimeSpan.Zero)}",
        ConvergenceAction.Finish when step.UpTo is TimeSpan longest => $"finish up to {DurationText.Exact(longest)}",
        ConvergenceAction.Finish => "finish",
        _ => "abort",
    };

    /// <summary>What a step will do and when, for a person who waits for it: <c>post-copy at pass 4</c>.</summary>
    /// <param name="step">The step.</param>
    /// <param name="pass">The pass that a step without a condition is due in.</param>
    /// <param name="now">The present pass.</param>
    /// <param name="wait">How long the interval between steps holds it back; 0: not.</param>
    public static string Ahead(ConvergenceStep step, int pass, int now, TimeSpan wait)
    {
        List<string> when = [];
        int? due = step.SaysNothing() ? pass : step.AfterPass + 1;
        if (due > now)
        {
            when.Add($"at pass {due}");
        }

        if (step.After is TimeSpan after)
        {
            when.Add($"after {DurationText.Exact(after)}");
        }

        if (step.AfterPerGiB is TimeSpan perGiB)
        {
            when.Add($"after {DurationText.Exact(perGiB)}/GiB");
        }

        if (step.NoProgressFor is TimeSpan idle)
        {
            when.Add($"without progress for {DurationText.Exact(idle)}");
        }

        if (step.StalledFor is TimeSpan stalled)
        {
            when.Add($"when stalled for {DurationText.Exact(stalled)}");
        }

        if (step.AfterRises is int rises)
        {
            when.Add($"after {rises} rises");
        }

        return when.Count == 0 ? $"{ActionOf(step)} {(wait > TimeSpan.Zero ? $"in {DurationText.Exact(wait)}" : "soon")}" : $"{ActionOf(step)} {string.Join(" and ", when)}";
    }

    private static ConvergenceStep ReadAction(string text, string action)
    {
        if (FactorForm().Match(action) is { Success: true } factor)
        {
            return new()
            {
                Action = ConvergenceAction.SetDowntime,
                Factor = decimal.TryParse(factor.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal times)
                    ? times
                    : throw Invalid(text, $"'x{factor.Groups[1].Value}' is no number"),
                UpTo = DurationText.Parse(factor.Groups[2].Value),
            };
        }

        int blank = action.IndexOf(' ', StringComparison.Ordinal);
        string rest = blank < 0 ? string.Empty : action[blank..].Trim();
        return (blank < 0 ? action : action[..blank]).ToUpperInvariant() switch
        {
            "DOWNTIME" => new() { Action = ConvergenceAction.SetDowntime, Downtime = DurationText.Parse(rest) },
            "BANDWIDTH" => new() { Action = ConvergenceAction.SetBandwidth, Bandwidth = Bandwidth.Parse(rest) },
            "POST-COPY" when rest.Length == 0 => new() { Action = ConvergenceAction.StartPostCopy },
            "PAUSE" when PauseForm().Match(rest) is { Success: true } pause =>
                new() { Action = ConvergenceAction.Pause, UpTo = DurationText.Parse(pause.Groups[1].Value) },
            "PAUSE" => throw Invalid(text, "a pause needs its bound: 'pause up to 30s'"),
            "FINISH" when rest.Length == 0 => new() { Action = ConvergenceAction.Finish },
            "FINISH" when PauseForm().Match(rest) is { Success: true } finish =>
                new() { Action = ConvergenceAction.Finish, UpTo = DurationText.Parse(finish.Groups[1].Value) },
            "ABORT" when rest.Length == 0 => new() { Action = ConvergenceAction.Abort },
            _ => throw Invalid(text, $"the action '{action}' is not known"),
        };
    }

    private static ConvergenceStep ReadCondition(string text, string condition, ConvergenceStep step) =>
        PassForm().Match(condition) is { Success: true } pass ? step with { AfterPass = Count(text, pass, least: 1) - 1 }
        : RisesForm().Match(condition) is { Success: true } rises ? step with { AfterRises = Count(text, rises, least: 1) }
        : IdleForm().Match(condition) is { Success: true } idle ? step with { NoProgressFor = DurationText.Parse(idle.Groups[1].Value) }
        : StalledForm().Match(condition) is { Success: true } stalled ? step with { StalledFor = DurationText.Parse(stalled.Groups[1].Value) }
        : PerGiBForm().Match(condition) is { Success: true } perGiB ? step with
        {
            AfterPerGiB = DurationText.Parse(perGiB.Groups[1].Value),
            AtLeastGiB = perGiB.Groups[2].Success ? WholeGiB(text, perGiB.Groups[2].Value) : null,
        }
        : AfterForm().Match(condition) is { Success: true } after ? step with { After = DurationText.Parse(after.Groups[1].Value) }
        : throw Invalid(text, $"the condition '{condition}' is not known");

    private static int Stated(ConvergenceStep step) =>
        new object?[] { step.AfterPass, step.After, step.AfterPerGiB, step.NoProgressFor, step.AfterRises, step.StalledFor }.Count(one => one is not null);

    private static int WholeGiB(string text, string size)
    {
        decimal gibibytes = Math.Ceiling(ByteSize.Parse(size).Bytes / (decimal)(1L << 30));
        return gibibytes <= int.MaxValue ? (int)gibibytes : throw Invalid(text, $"'{size}' is more than any host has");
    }

    private static int Count(string text, Match match, int least) =>
        int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw Invalid(text, $"'{match.Value}' must count {least} or more");

    private static VirtMigrationException Invalid(string text, string reason) => new(
        "PolicyStepInvalid",
        $"'{text}' is not a step of a schedule: {reason}.",
        $"Write when and what, as in \"pass 3: downtime 200ms\" or \"then: abort\". When: {Conditions}. What: {Actions}.",
        text);

    [GeneratedRegex(@"\s+and\s+", RegexOptions.IgnoreCase)]
    private static partial Regex AndWord();

    [GeneratedRegex(@"^downtime\s+x\s*([0-9.]+)\s+up\s+to\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex FactorForm();

    [GeneratedRegex(@"^up\s+to\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex PauseForm();

    [GeneratedRegex(@"^pass\s+([0-9]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex PassForm();

    [GeneratedRegex(@"^after\s+([0-9]+)\s+rises?$", RegexOptions.IgnoreCase)]
    private static partial Regex RisesForm();

    [GeneratedRegex(@"^no\s+progress\s+for\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex IdleForm();

    [GeneratedRegex(@"^stalled\s+for\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex StalledForm();

    [GeneratedRegex(@"^after\s+(.+?)\s*/\s*GiB(?:\s+of\s+at\s+least\s+(.+))?$", RegexOptions.IgnoreCase)]
    private static partial Regex PerGiBForm();

    [GeneratedRegex(@"^after\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex AfterForm();
}
