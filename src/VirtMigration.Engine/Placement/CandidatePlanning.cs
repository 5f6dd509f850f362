using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Placement;

/// <summary>Completes a candidate by what follows from the rest of it: what its pins become, and the plan that would be run. Pure.</summary>
internal static class CandidatePlanning
{
    /// <summary>The candidate with pins looked at and a plan, or the reason why none can be made.</summary>
    /// <param name="candidate">The VM and the host, all else known.</param>
    /// <param name="options">What is asked of the migration.</param>
    /// <param name="policies">The policies there are.</param>
    /// <param name="origin">How the host came to be looked at.</param>
    /// <param name="looksAtPins">Whether it is told what pins would become also where they are not to be rewritten.</param>
    /// <param name="plans">Whether the plan is made too.</param>
    public static DestinationCandidate Planned(
        this DestinationCandidate candidate, PlanOptions options, IReadOnlyList<MigrationPolicy> policies, SettingOrigin origin, bool looksAtPins = true,
        bool plans = true)
    {
        bool remapPins = options.RemapPins ?? candidate.Definition.Options.RemapPins ?? false;
        PinRemapping? remapping = (looksAtPins || remapPins) && !PinLayout.Of(candidate.Definition).IsEmpty()
            ? PinRemapper.Remap(candidate.Definition, candidate.Source, candidate.Destination, candidate.Load, candidate.Reserved)
            : null;
        DestinationCandidate asked = candidate with { Remapping = remapping, RemapPins = remapPins, IgnoreAffinity = options.IgnoreAffinity };
        if (!plans)
        {
            return asked;
        }

        try
        {
            return asked with
            {
                Plan = MigrationPlanner.Plan(new()
                {
                    Vm = candidate.Vm,
                    Definition = candidate.Definition,
                    Source = candidate.Source,
                    Destination = candidate.Destination,
                    Parameters = options,
                    Cluster = candidate.Cluster,
                    Policies = policies,
                    Remapping = remapping,
                    DestinationOrigin = origin,
                }),
            };
        }
        catch (VirtMigrationException error)
        {
            return asked with { PlanError = error };
        }
    }
}
