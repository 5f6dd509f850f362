using System.Globalization;
using VirtMigration.Units;

namespace VirtMigration.Policies;

/// <summary>A policy's settings as people write them.</summary>
public static class PolicyText
{
    /// <summary>The settings by name.</summary>
    /// <param name="policy">The policy.</param>
    public static IReadOnlyList<(string Setting, string Value)> Of(MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return
        [
            (nameof(policy.Description), policy.Description),
            (nameof(policy.MaxConcurrent), policy.MaxConcurrent.ToString(CultureInfo.InvariantCulture)),
            (nameof(policy.AutoConverge), $"{policy.AutoConverge}"),
            (nameof(policy.AutoConvergeInitial), Percent(policy.AutoConvergeInitial)),
            (nameof(policy.AutoConvergeIncrement), Percent(policy.AutoConvergeIncrement)),
            (nameof(policy.Compression), $"{policy.Compression}"),
            (nameof(policy.XbzrleCacheShare), Percent(policy.XbzrleCacheShare)),
            (nameof(policy.ZeroCopy), $"{policy.ZeroCopy}"),
            (nameof(policy.SwitchoverBandwidth), policy.SwitchoverBandwidth?.Value ?? "none of its own"),
            (nameof(policy.PostCopyBandwidth), policy.PostCopyBandwidth?.ToExactString() ?? "what the link carries"),
            (nameof(policy.ArmsPostCopy), $"{policy.ArmsPostCopy}"),
            (nameof(policy.InitialDowntime), DurationText.Exact(policy.InitialDowntime)),
            (nameof(policy.StepInterval), DurationText.Exact(policy.StepInterval)),
            (nameof(policy.Schedule), Steps(policy.Schedule)),
            (nameof(policy.Deadlines), Steps(policy.Deadlines)),
        ];
    }

    private static string Percent(int? value) => value is int percent ? $"{percent} %" : "QEMU's own";

    private static string Steps(IReadOnlyList<ConvergenceStep> steps) => steps.Count == 0 ? "none" : $"[{string.Join(", ", steps)}]";
}
