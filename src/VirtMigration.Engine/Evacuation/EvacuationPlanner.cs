namespace VirtMigration.Evacuation;

/// <summary>Makes the plan of an evacuation. Pure.</summary>
public static class EvacuationPlanner
{
    /// <summary>The plan: who goes where, in which order, and who cannot.</summary>
    /// <param name="situation">All that it is made from.</param>
    public static EvacuationPlan Plan(EvacuationSituation situation)
    {
        ArgumentNullException.ThrowIfNull(situation);
        throw new NotImplementedException();
    }
}
