using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>What speaks for and against a host, or the way from one host to another, as a side of migrations.</summary>
public sealed record HostReport
{
    /// <summary>The host; of a pair, the one that sends.</summary>
    public required string Host { get; init; }

    /// <summary>The host that receives; null: the report is about the host alone.</summary>
    public string? Peer { get; init; }

    /// <summary>Whether no finding is a blocker. What is unknown does not block, and is not fine either: see the findings.</summary>
    public required bool Ready { get; init; }

    /// <summary>Everything that was found, the gravest first.</summary>
    public required IReadOnlyList<HostFinding> Findings { get; init; }

    /// <summary>What became of the VM that was sent to try the way; null: none was.</summary>
    public HostProbe? Probe { get; init; }

    /// <summary>In words: <c>h1 -&gt; h2: ready, 4 findings</c>.</summary>
    public override string ToString() =>
        $"{Host}{(Peer is null ? string.Empty : $" -> {Peer}")}: {(Ready ? "ready" : "not ready")}, {Findings.Count} {(Findings.Count == 1 ? "finding" : "findings")}";

    /// <summary>The ids of its blockers, else of its warnings, how many things are unknown, and how a probe fared:
    /// <c>LibvirtOlder; 2 unknown</c>.</summary>
    public string Summary()
    {
        FindingSeverity shown = Ready ? FindingSeverity.Warning : FindingSeverity.Blocker;
        string ids = string.Join(", ", Findings.Where(finding => finding.Severity == shown).Select(finding => finding.Id));
        int unknown = Findings.Count(finding => finding.Severity != shown && finding.Id.EndsWith("Unknown", StringComparison.Ordinal));
        string probe = Probe is { Outcome: ProbeOutcome.Moved } ? $"probe {Probe}" : string.Empty;
        return string.Join("; ", ((string[])[ids, unknown == 0 ? string.Empty : $"{unknown} unknown", probe]).Where(part => part.Length > 0));
    }

    /// <summary>All findings in words, a paragraph each.</summary>
    public string Details() => string.Join("\n\n", Findings.Select(finding =>
        $"{finding.Severity} {finding.Id}\n  needed: {finding.Required}\n  there:  {finding.Present}\n  to do:  {finding.Action}"));

    internal static HostReport Of(string host, string? peer, IEnumerable<HostFinding> findings, HostProbe? probe = null)
    {
        HostFinding[] found = [.. findings.OrderByDescending(finding => finding.Severity)];
        return new()
        {
            Host = host,
            Peer = peer,
            Ready = found.All(finding => finding.Severity != FindingSeverity.Blocker),
            Findings = found,
            Probe = probe,
        };
    }
}
