namespace VirtMigration.Evacuation;

/// <summary>Makes the plan of an evacuation. Pure: the same situation always gives the same plan.</summary>
public static class EvacuationPlanner
{
    /// <summary>The plan: who goes where, in which order, and who cannot. Every move in it passes all checks on its host beside those that go
    /// there before it, with the VMs of affinity groups counted where the plan puts them.</summary>
    /// <param name="situation">All that it is made from.</param>
    /// <exception cref="VirtMigrationException">LastHostOfCluster: there are VMs, and no other host is registered; DestinationsSilent: none of the
    /// hosts that may take them answers. A host that lacks room is no error of the plan, but of the VMs that stay.</exception>
    public static EvacuationPlan Plan(EvacuationSituation situation) => Plan(situation, keep: null);

    /// <summary>The same, with what holds of an earlier plan: a VM goes where that one sends it, in its order, if the host still takes it; the
    /// others are planned anew, behind those.</summary>
    /// <param name="situation">All that it is made from.</param>
    /// <param name="keep">The earlier plan; null: there is none.</param>
    /// <exception cref="VirtMigrationException">As without an earlier plan.</exception>
    public static EvacuationPlan Plan(EvacuationSituation situation, SavedEvacuation? keep)
    {
        ArgumentNullException.ThrowIfNull(situation);
        RequireHosts(situation);
        return new EvacuationDraft(situation, keep).Make();
    }

    private static void RequireHosts(EvacuationSituation situation)
    {
        if (situation.Guests.Count == 0 || situation.Targets.Count > 0)
        {
            return;
        }

        string host = situation.Source.Name;
        string vms = EvacuationText.Vms(situation.Guests.Count);
        if (situation.Silent.Count == 0)
        {
            throw new VirtMigrationException(
                "LastHostOfCluster",
                situation.Parameters.Destinations is { Count: > 0 } named
                    ? $"{host} cannot be emptied: no host but itself is among those that its {vms} may go to ({string.Join(", ", named)})."
                    : $"{host} is the only host of cluster '{situation.Source.Registration.Cluster}', so its {vms} {(situation.Guests.Count == 1 ? "has" : "have")} nowhere to go.",
                situation.Parameters.Destinations is { Count: > 0 } ? "Name another host: -Destination." : "Register a second host: Register-VmHost.",
                host);
        }

        throw new VirtMigrationException(
            "DestinationsSilent",
            $"{host} cannot be emptied: no host that its {vms} may go to answers. {string.Join(" ", situation.Silent.OrderBy(one => one.Host, StringComparer.OrdinalIgnoreCase).Select(one => $"{one.Host}: {one.Error.Message.TrimEnd('.')}."))}",
            string.Join(" ", situation.Silent.Select(one => one.Error.RecommendedAction).Distinct()),
            host);
    }
}
