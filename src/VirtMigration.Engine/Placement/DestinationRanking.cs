using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Checks hosts as a VM's destination and puts them in order. Pure.</summary>
public static class DestinationRanking
{
    private static readonly IDestinationWeight[] s_weights =
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
                .OrderByDescending(report => report.Merits.Sum(merit => merit.Points * merit.Share))
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

    /// <summary>A report for each candidate and for each host that did not answer, those last.</summary>
    /// <param name="candidates">The VM with each host that answered.</param>
    /// <param name="silent">The hosts that did not.</param>
    /// <param name="vm">The VM.</param>
    public static IReadOnlyList<DestinationReport> Rank(
        IEnumerable<DestinationCandidate> candidates, IEnumerable<(string Host, HypervisorException Error)> silent, VirtualMachine vm)
    {
        ArgumentNullException.ThrowIfNull(silent);
        ArgumentNullException.ThrowIfNull(vm);
        return [.. Rank(candidates), .. silent.OrderBy(one => one.Host, StringComparer.OrdinalIgnoreCase).Select(one => Silent(vm, one.Host, one.Error))];
    }

    private static DestinationReport Silent(VirtualMachine vm, string host, HypervisorException error) => new()
    {
        VM = vm.Name,
        Uuid = vm.Uuid,
        Source = vm.Host,
        Destination = host,
        Eligible = false,
        Findings = (DestinationFinding[])
        [
            new("HostSilent", host, FindingSeverity.Blocker, "a host that answers", error.Message.TrimEnd('.'), error.RecommendedAction),
        ],
    };

    private static DestinationReport Report(DestinationCandidate candidate)
    {
        IReadOnlyList<DestinationFinding> findings = DestinationSelector.Findings(candidate);
        bool eligible = true;
        for (int index = 0; eligible && index < findings.Count; index++)
        {
            eligible = findings[index].Severity != FindingSeverity.Blocker;
        }

        DestinationMerit[] merits = eligible ? Array.FindAll(Array.ConvertAll(s_weights, weight => weight.Weigh(candidate)), static merit => merit.Share > 0) : [];
        int points = 0;
        int shares = 0;
        foreach (DestinationMerit merit in merits)
        {
            points += merit.Points * merit.Share;
            shares += merit.Share;
        }

        return new()
        {
            VM = candidate.Vm.Name,
            Uuid = candidate.Vm.Uuid,
            Source = candidate.Source.Name,
            Destination = candidate.Destination.Name,
            Eligible = eligible,
            Score = eligible ? points / shares : null,
            Findings = findings,
            Merits = merits,
            Plan = eligible ? candidate.Plan : null,
        };
    }
}
