using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>What is asked of an evacuation.</summary>
/// <param name="Host">The host that is to be emptied, by registered name.</param>
public sealed record EvacuationRequest(string Host)
{
    /// <summary>The only hosts that are chosen among; null: the cluster's others.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>Hosts that are emptied by the same command, and so take nothing where no destinations are stated.</summary>
    public IReadOnlyList<string> AlsoLeaving { get; init; } = [];

    /// <summary>What is asked of each migration; a destination in it does not count.</summary>
    public PlanOptions Parameters { get; init; } = new();

    /// <summary>Whether nobody asked for it in person: VMs that only a person may migrate stay.</summary>
    public bool Automatic { get; init; }

    /// <summary>Whether the person who was asked about VMs that only a person may migrate said no, or could not be asked.</summary>
    public bool ManualDeclined { get; init; }

    /// <summary>Whether VMs that are shut off are moved too.</summary>
    public bool IncludeStopped { get; init; }

    /// <summary>Why, in the operator's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the plan that was saved is run, and nothing if it does not hold any more.</summary>
    public bool UseSavedPlan { get; init; }
}
