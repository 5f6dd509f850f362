using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>What speaks for and against one host as a VM's destination.</summary>
public sealed record DestinationReport
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it is on.</summary>
    public required string Source { get; init; }

    /// <summary>The host that was looked at.</summary>
    public required string Destination { get; init; }

    /// <summary>Whether the VM can go there: no finding is a blocker.</summary>
    public required bool Eligible { get; init; }

    /// <summary>The host's place among those that the VM can go to, 1 is the best; null: it cannot go there.</summary>
    public int? Rank { get; init; }

    /// <summary>How well the host suits, 0 to 100, higher is better; null: the VM cannot go there.</summary>
    public int? Score { get; init; }

    /// <summary>Everything that was found.</summary>
    public required IReadOnlyList<DestinationFinding> Findings { get; init; }

    /// <summary>What the score is made of.</summary>
    public IReadOnlyList<DestinationMerit> Merits { get; init; } = [];

    /// <summary>The plan that would be run; null: none can be made.</summary>
    public MigrationPlan? Plan { get; init; }

    /// <summary>The policy that was asked for; null: none, the VM's or the cluster's counts. Start-VmLiveMigration takes it over.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether it was asked to rewrite pins where they do not fit. Start-VmLiveMigration takes it over.</summary>
    public bool RemapPins { get; init; }

    /// <summary>In words: <c>h2: eligible, rank 1, score 87</c>.</summary>
    public override string ToString() => Eligible ? $"{Destination}: eligible, rank {Rank}, score {Score}" : $"{Destination}: {Findings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Blocker)}";
}
