using System.Buffers;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>What a policy must be like.</summary>
public static class PolicyRules
{
    // From 1 ms to 2,000 s.
    private const decimal MostFactor = 2_000_000;

    // A migration is looked at once a second, and QEMU's own dirty rate is as slow.
    private static readonly TimeSpan s_shortestStall = TimeSpan.FromSeconds(5);

    private static readonly SearchValues<char> s_notInNames = SearchValues.Create(" \t*?[]/\\'\",");

    /// <summary>Throws for the first rule that a policy breaks.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="VirtMigrationException">PolicyNameInvalid, PolicyInvalid, PolicyStepInvalid, PolicyDowntimeFalls, PolicyWithoutEnd,
    /// DowntimeOutOfRange or PolicyContradicts.</exception>
    public static void Check(MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        CheckName(policy);
        CheckNumbers(policy);
        CheckSteps(policy);
        CheckSchedule(policy);
        CheckDeadlines(policy);
        CheckContradictions(policy);
    }

    private static void CheckName(MigrationPolicy policy)
    {
        if (string.IsNullOrWhiteSpace(policy.Name) || policy.Name.AsSpan().ContainsAny(s_notInNames))
        {
            throw new VirtMigrationException("PolicyNameInvalid",
                $"'{policy.Name}' cannot be a policy's name: it is empty, or has a blank, a quote, a slash, a comma or a wildcard in it.",
                "Choose a name of letters, digits, dots and dashes, such as Night.", policy.Name);
        }

        if (policy.Name.Equals("ClusterValue", StringComparison.OrdinalIgnoreCase) || policy.Name.Equals("Default", StringComparison.OrdinalIgnoreCase))
        {
            throw new VirtMigrationException("PolicyNameInvalid", $"'{policy.Name}' cannot be a policy's name: options take it as the wish for none of their own.",
                "Choose another name.", policy.Name);
        }
    }

    private static void CheckNumbers(MigrationPolicy policy)
    {
        if (policy.MaxConcurrent < 1)
        {
            throw Invalid(policy, $"{policy.MaxConcurrent} migrations at a time is none", "State 1 or more: -MaxConcurrent 1.");
        }

        foreach ((string name, int? percent) in (ReadOnlySpan<(string, int?)>)
            [("AutoConvergeInitial", policy.AutoConvergeInitial), ("AutoConvergeIncrement", policy.AutoConvergeIncrement)])
        {
            if (percent is int value && value is < QemuLimits.LeastThrottle or > QemuLimits.MostThrottle)
            {
                throw Invalid(policy, $"{name} {value} is out of QEMU's range of {QemuLimits.LeastThrottle} to {QemuLimits.MostThrottle} percent", "State a percentage within the range.");
            }

            if (percent is not null && !policy.AutoConverge)
            {
                throw Invalid(policy, $"{name} is stated but auto-converge is off", "Switch it on: -AutoConverge $true.");
            }
        }

        if (policy.XbzrleCacheShare is int share)
        {
            if (share is < 1 or > 100)
            {
                throw Invalid(policy, $"an XBZRLE cache of {share} percent of the guest's memory is out of the range of 1 to 100", "State a share within the range, such as 10.");
            }

            if (policy.Compression != CompressionMethod.Xbzrle)
            {
                throw Invalid(policy, $"an XBZRLE cache is stated but compression is {policy.Compression}", "Choose it: -Compression Xbzrle.");
            }
        }

        if (!Enum.IsDefined(policy.Compression))
        {
            throw Invalid(policy, $"compression {policy.Compression} is not known", $"Choose one of {string.Join(", ", Enum.GetNames<CompressionMethod>())}.");
        }

        if (!QemuLimits.Allows(policy.InitialDowntime))
        {
            throw QemuLimits.DowntimeOutOfRange(policy.InitialDowntime, policy.Name);
        }

        if (policy.SwitchoverBandwidth?.Stated() is Bandwidth rate)
        {
            OptionRules.CheckSwitchover(rate, policy.Name);
        }

        _ = policy.PostCopyBandwidth?.ToMebibytesPerSecond();
        if (policy.StepInterval < TimeSpan.Zero)
        {
            throw Invalid(policy, "steps cannot be a negative time apart", "State 0s or more.");
        }
    }

    private static void CheckSteps(MigrationPolicy policy)
    {
        if (policy.Schedule is null || policy.Deadlines is null)
        {
            throw Invalid(policy, "it has no schedule", "State one that ends, such as \"then: abort\".");
        }

        foreach (ConvergenceStep step in policy.Schedule.Concat(policy.Deadlines))
        {
            string? fault = step switch
            {
                { Action: < ConvergenceAction.SetDowntime or > ConvergenceAction.Finish } => $"the action {step.Action} is not known",
                { Action: ConvergenceAction.SetDowntime, Downtime: null, Factor: null } => "it allows no downtime",
                { Action: ConvergenceAction.SetDowntime, Factor: <= 1 } => "the factor must be more than 1, or the step would never end",
                { Action: ConvergenceAction.SetDowntime, Factor: > MostFactor } => $"the factor must be {MostFactor} or less: from the shortest downtime to the longest",
                { Action: ConvergenceAction.SetDowntime, Factor: not null, UpTo: null } => "a factor needs the most that is allowed",
                { Action: ConvergenceAction.Pause, UpTo: null } or { Action: ConvergenceAction.Pause, UpTo.Ticks: <= 0 } => "a pause needs its bound",
                { StalledFor: TimeSpan stalled } when stalled < s_shortestStall => $"a stall is not told from a busy moment in less than {DurationText.Exact(s_shortestStall)}",
                { Action: ConvergenceAction.SetBandwidth, Bandwidth: null } => "it states no bandwidth",
                { After.Ticks: < 0 } or { AfterPerGiB.Ticks: < 0 } or { NoProgressFor.Ticks: <= 0 } => "a time cannot be negative",
                { AfterPass: < 0 or int.MaxValue } or { AfterRises: < 1 } or { AtLeastGiB: < 1 } => "a count is too small",
                { AtLeastGiB: not null, AfterPerGiB: null } => "'of at least' belongs to a time per GiB",
                _ => null,
            };
            if (fault is not null)
            {
                throw new VirtMigrationException("PolicyStepInvalid", $"Policy {policy.Name}: '{step}' is not a step of a schedule: {fault}.",
                    "Mend the step, for example \"pass 3: downtime 200ms\".", policy.Name);
            }

            if (step.Action == ConvergenceAction.SetDowntime && (step.Factor is null ? step.Downtime : step.UpTo) is TimeSpan downtime && !QemuLimits.Allows(downtime))
            {
                throw QemuLimits.DowntimeOutOfRange(downtime, policy.Name);
            }

            if (step is { Action: ConvergenceAction.Finish, UpTo: TimeSpan longest } && !QemuLimits.Allows(longest))
            {
                throw QemuLimits.DowntimeOutOfRange(longest, policy.Name);
            }

            _ = step.Bandwidth?.ToMebibytesPerSecond();
        }
    }

    private static void CheckSchedule(MigrationPolicy policy)
    {
        TimeSpan allowed = policy.InitialDowntime;
        foreach (ConvergenceStep step in policy.Schedule.Where(step => step.Action == ConvergenceAction.SetDowntime))
        {
            TimeSpan next = step.Factor is null ? step.Downtime!.Value : step.UpTo!.Value;
            if (next < allowed)
            {
                throw new VirtMigrationException("PolicyDowntimeFalls",
                    $"Policy {policy.Name}: '{step}' allows less than the {DurationText.Exact(allowed)} before it, so it could only make the migration harder to finish.",
                    "Let the downtimes rise from step to step.", policy.Name);
            }

            allowed = next;
        }

        int last = policy.Schedule.Count - 1;
        for (int i = 0; i < last; i++)
        {
            if (policy.Schedule[i].Action == ConvergenceAction.Abort)
            {
                throw Invalid(policy, $"nothing can come after '{policy.Schedule[i]}', but '{policy.Schedule[i + 1]}' does", "Put abort last.");
            }
        }

        bool ends = (last >= 0 && policy.Schedule[last].EndsIt()) || policy.Deadlines.Any(step => step.EndsIt());
        if (!ends)
        {
            throw new VirtMigrationException("PolicyWithoutEnd",
                $"Policy {policy.Name} has no last step: a guest that writes faster than the link would be migrated for ever.",
                "End the schedule with \"then: abort\", \"then: post-copy\", \"then: finish\" or \"then: pause up to 30s\", or state a deadline such as \"after 300s/GiB: abort\".",
                policy.Name);
        }
    }

    private static void CheckDeadlines(MigrationPolicy policy)
    {
        foreach (ConvergenceStep step in policy.Deadlines)
        {
            if (step.SaysNothing())
            {
                throw new VirtMigrationException("PolicyStepInvalid", $"Policy {policy.Name}: the deadline '{step}' says no time: 'then' belongs to a schedule.",
                    "State when, for example \"no progress for 150s: abort\".", policy.Name);
            }

            if (step.Factor is not null)
            {
                throw new VirtMigrationException("PolicyStepInvalid", $"Policy {policy.Name}: the deadline '{step}' would be repeated, and a deadline comes once.",
                    "Put it into the schedule.", policy.Name);
            }
        }
    }

    private static void CheckContradictions(MigrationPolicy policy)
    {
        if (policy.ZeroCopy && policy.PostCopy() != PostCopyMode.Off)
        {
            throw Contradicts(policy, "zero-copy needs parallel connections, and those exclude post-copy", "Leave one of the two out.");
        }

        if (policy.ZeroCopy && policy.Compression != CompressionMethod.None)
        {
            throw Contradicts(policy, $"zero-copy sends memory as it is, and {policy.Compression} compression does not", "Leave one of the two out.");
        }

        if (policy.PostCopy() != PostCopyMode.Off && policy.Compression is CompressionMethod.Zlib or CompressionMethod.Zstd)
        {
            throw Contradicts(policy, $"{policy.Compression} compression needs parallel connections, and those exclude post-copy", "Leave one of the two out.");
        }
    }

    private static VirtMigrationException Invalid(MigrationPolicy policy, string reason, string wayOut) =>
        new("PolicyInvalid", $"Policy {policy.Name}: {reason}.", wayOut, policy.Name);

    private static VirtMigrationException Contradicts(MigrationPolicy policy, string reason, string wayOut) =>
        new("PolicyContradicts", $"Policy {policy.Name} contradicts itself: {reason}.", wayOut, policy.Name);
}
