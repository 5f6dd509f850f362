using VirtMigration.Options;

namespace VirtMigration;

/// <summary>Settings that exclude each other were about to be stored.</summary>
public sealed class OptionConflictException : VirtMigrationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="conflicts">Every conflict that was found; at least one.</param>
    /// <param name="target">What was about to be changed.</param>
    public OptionConflictException(IReadOnlyList<OptionConflict> conflicts, string target)
        : base("OptionConflict", Describe(conflicts), Advise(conflicts), target) =>
        Conflicts = conflicts;

    /// <summary>Every conflict that was found.</summary>
    public IReadOnlyList<OptionConflict> Conflicts { get; }

    private static string Describe(IReadOnlyList<OptionConflict> conflicts)
    {
        ArgumentNullException.ThrowIfNull(conflicts);
        return $"Nothing was changed, for then settings would exclude each other: {string.Join("; ", conflicts)}.";
    }

    private static string Advise(IReadOnlyList<OptionConflict> conflicts)
    {
        bool forbidden = conflicts.Any(conflict => conflict.Reason == OptionConflicts.Forbidden || conflict.Reason == OptionConflicts.PolicyForbidden);
        bool postCopy = conflicts.Any(conflict => conflict.Reason == OptionConflicts.ExcludesPostCopy);
        string[] ways =
        [
            .. postCopy ? ["a policy without post-copy (MinimalDowntime)"] : Array.Empty<string>(),
            .. conflicts.Any(conflict => conflict.Reason == OptionConflicts.PolicyForbidden) ? ["a policy without zero-copy (MinimalDowntime)"] : Array.Empty<string>(),
            .. conflicts.Any(conflict => conflict.Reason != OptionConflicts.PolicyForbidden) ? ["-ParallelConnections Disabled or Auto"] : Array.Empty<string>(),
            .. forbidden ? ["-ParallelAllowed $true"] : Array.Empty<string>(),
        ];
        return $"Change one side first: {string.Join(", or ", ways)}, for the VMs named (Set-VmMigrationOption) or the cluster (Set-ClusterMigrationOption).";
    }
}
