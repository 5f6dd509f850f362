using VirtMigration.Planning;

namespace VirtMigration.Evacuation;

/// <summary>An evacuation's plan as it is kept: what of it must still be true when it is run.</summary>
public sealed record SavedEvacuation
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who made it, as <c>alice@ops1</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>The hosts that were chosen among; null: the cluster's others.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>The policy that was asked for by name; null: each VM's own.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether definitions that are shut off were to be moved too.</summary>
    public bool IncludeStopped { get; init; }

    /// <summary>The moves, in their order.</summary>
    public required IReadOnlyList<SavedMove> Moves { get; init; }

    /// <summary>The VMs that could not be moved, with why.</summary>
    public required IReadOnlyList<VmLeftOver> Left { get; init; }

    /// <summary>How long it was expected to take; null: it could not be told.</summary>
    public TimeSpan? Total { get; init; }

    /// <summary>A plan as it is kept.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="by">Who made it, as <c>alice@ops1</c>.</param>
    /// <param name="madeAt">When.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="includeStopped">Whether definitions that are shut off were to be moved too.</param>
    public static SavedEvacuation Of(EvacuationPlan plan, string by, DateTimeOffset madeAt, PlanOptions asked, bool includeStopped)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(asked);
        return new()
        {
            MadeAt = madeAt,
            Operator = by,
            Destinations = asked.Destinations is { } named ? (string[])[.. named] : null,
            Policy = asked.Policy?.Name,
            IncludeStopped = includeStopped,
            Moves = (SavedMove[])[.. plan.Moves.Select(move => new SavedMove(move.VM, move.Uuid, move.Destination, move.Stopped))],
            Left = (VmLeftOver[])[.. plan.Left.Select(one => new VmLeftOver(one.VM, one.Uuid, one.ErrorId, one.Reason, one.RecommendedAction))],
            Total = plan.Total,
        };
    }
}
