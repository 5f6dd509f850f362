namespace VirtMigration.Placement;

/// <summary>Checks hosts as a VM's destination and puts them in order. Pure.</summary>
public static class DestinationRanking
{
    private static readonly IReadOnlyList<IDestinationWeight> s_weights =
    [
        new PinWeight(),
        new TopologyWeight(),
        new PinsTakenWeight(),
        new MemoryLoadWeight(),
        new CpuLoadWeight(),
        new HostPreferenceWeight(),
        new AffinityWeight(),
    ];

    /// <summary>A report for each candidate: those that the VM can go to by rank, then the others by how few blockers they have; equal
    /// ones by name.</summary>
    /// <param name="candidates">The VM with each host.</param>
    public static IReadOnlyList<DestinationReport> Rank(IEnumerable<DestinationCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        List<DestinationReport> reports = [.. candidates.Select(Report)];
        List<DestinationReport> eligible =
        [
            .. reports.Where(report => report.Eligible)
                .OrderByDescending(report => report.Score)
                .ThenBy(report => report.Destination, StringComparer.OrdinalIgnoreCase),
        ];
        return
        [
            .. eligible.Select((report, place) => report with { Rank = place + 1 }),
            .. reports.Where(report => !report.Eligible)
                .OrderBy(report => report.Findings.Count(finding => finding.Severity == FindingSeverity.Blocker))
                .ThenBy(report => report.Destination, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static DestinationReport Report(DestinationCandidate candidate)
    {
        IReadOnlyList<DestinationFinding> findings = DestinationSelector.Findings(candidate);
        bool eligible = !findings.Any(finding => finding.Severity == FindingSeverity.Blocker);
        IReadOnlyList<DestinationMerit> merits = eligible ? [.. s_weights.Select(weight => weight.Weigh(candidate)).Where(merit => merit.Share > 0)] : [];
        return new()
        {
            VM = candidate.Vm.Name,
            Uuid = candidate.Vm.Uuid,
            Source = candidate.Source.Name,
            Destination = candidate.Destination.Name,
            Eligible = eligible,
            Score = eligible ? merits.Sum(merit => merit.Points * merit.Share) / merits.Sum(merit => merit.Share) : null,
            Findings = findings,
            Merits = merits,
            Plan = eligible ? candidate.Plan : null,
        };
    }
}
