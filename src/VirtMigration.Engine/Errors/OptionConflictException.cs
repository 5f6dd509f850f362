using VirtMigration.Options;

namespace VirtMigration;

/// <summary>Settings that exclude each other were about to be stored.</summary>
public sealed class OptionConflictException : VirtMigrationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="conflicts">Every conflict that was found; at least one.</param>
    /// <param name="target">What was about to be changed.</param>
    public OptionConflictException(IReadOnlyList<OptionConflict> conflicts, string target)
        : base("OptionConflict", Describe(conflicts), "Change one side first: -Policy without post-copy (MinimalDowntime), or -ParallelConnections Disabled or Auto, for the VMs named (Set-VmMigrationOption) or the cluster (Set-ClusterMigrationOption).", target) =>
        Conflicts = conflicts;

    /// <summary>Every conflict that was found.</summary>
    public IReadOnlyList<OptionConflict> Conflicts { get; }

    private static string Describe(IReadOnlyList<OptionConflict> conflicts)
    {
        ArgumentNullException.ThrowIfNull(conflicts);
        return $"Nothing was changed, for then settings would exclude each other: {string.Join("; ", conflicts)}.";
    }
}
