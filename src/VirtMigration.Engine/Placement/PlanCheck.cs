using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>A plan must be possible: what the planner refuses, and what it warns of, is found here.</summary>
public sealed class PlanCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);

        // The same host, a VM that may not be migrated, and pins that cannot be had have findings of their own.
        if (candidate.PlanError is { ErrorId: not ("DestinationIsSource" or RequestRules.NotMigratable or "PinsNotRemappable") } error)
        {
            yield return new(error.ErrorId, candidate.Destination.Name, FindingSeverity.Blocker, "a migration that can be planned", error.Message.TrimEnd('.'), error.RecommendedAction);
        }

        // What new pins lose has findings of its own too.
        IReadOnlyList<string> losses = candidate.Remapping?.Losses ?? [];
        foreach (string warning in candidate.Plan?.Warnings ?? [])
        {
            if (losses.Any(loss => warning.EndsWith(loss, StringComparison.Ordinal)))
            {
                continue;
            }

            yield return new("PlanWarning", candidate.Destination.Name, FindingSeverity.Warning, "what was asked for", warning, "See the plan's decisions.");
        }
    }
}
