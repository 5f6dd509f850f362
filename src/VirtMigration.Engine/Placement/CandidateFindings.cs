namespace VirtMigration.Placement;

/// <summary>What checks say about a candidate's destination.</summary>
internal static class CandidateFindings
{
    /// <summary>The VM cannot go there.</summary>
    public static DestinationFinding Blocker(this DestinationCandidate candidate, string id, string required, string present, string action) =>
        new(id, candidate.Destination.Name, FindingSeverity.Blocker, required, present, action);

    /// <summary>It will work, with a drawback, or perhaps not: nobody could tell.</summary>
    public static DestinationFinding Warning(this DestinationCandidate candidate, string id, string required, string present, string action) =>
        new(id, candidate.Destination.Name, FindingSeverity.Warning, required, present, action);

    /// <summary>Good to know.</summary>
    public static DestinationFinding Info(this DestinationCandidate candidate, string id, string required, string present, string action) =>
        new(id, candidate.Destination.Name, FindingSeverity.Info, required, present, action);

    /// <summary>A virsh command against the destination.</summary>
    public static string Virsh(this DestinationCandidate candidate, string command) =>
        $"virsh -c {candidate.Destination.Registration.ConnectUri} {command}";
}
