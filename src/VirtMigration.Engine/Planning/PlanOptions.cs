using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What an operator asks of a migration; null leaves a setting to the policy and the hosts.</summary>
public sealed record PlanOptions
{
    /// <summary>The policy.</summary>
    public MigrationPolicy? Policy { get; init; }

    /// <summary>The destination by its registered name; null: the best other host of the cluster.</summary>
    public string? Destination { get; init; }

    /// <summary>The most that may be sent.</summary>
    public Bandwidth? Bandwidth { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Whether this shell drives the transfer.</summary>
    public bool Attached { get; init; }
}
