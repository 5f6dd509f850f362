using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>Who waits behind whom, while a queue goes once through those that wait, from the first to the last.</summary>
/// <param name="order">What one that waits means for those after it.</param>
internal sealed class TurnOrder(QueueOrder order)
{
    private readonly Dictionary<string, string> _kept = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _sources = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a plan's turn has not come; null: it has.</summary>
    /// <param name="plan">The plan.</param>
    public string? Before(MigrationPlan plan) => _kept.GetValueOrDefault(plan.Source) ?? _kept.GetValueOrDefault(plan.Destination);

    /// <summary>Says that a plan waits behind another.</summary>
    /// <param name="plan">The plan.</param>
    public void Behind(MigrationPlan plan)
    {
        _ = _sources.Add(plan.Source);

        // Where they may pass, only the first keeps its hosts free: those behind it get theirs when they are the first.
        if (order == QueueOrder.Kept)
        {
            Keep(plan);
        }
    }

    /// <summary>Says that a plan's turn has come, and that it has to wait.</summary>
    /// <param name="plan">The plan.</param>
    public void Waits(MigrationPlan plan)
    {
        bool first = _sources.Add(plan.Source);
        if (order == QueueOrder.Kept || (first && plan.IsParallel()))
        {
            Keep(plan);
        }
    }

    private void Keep(MigrationPlan plan)
    {
        string reason = order == QueueOrder.Kept
            ? $"its turn is after VM '{plan.VM}', which waits for the same host"
            : $"its turn is after VM '{plan.VM}', which migrates over parallel connections and needs {plan.Source} and {plan.Destination} for itself";
        _ = _kept.TryAdd(plan.Source, reason);
        _ = _kept.TryAdd(plan.Destination, reason);
    }
}
