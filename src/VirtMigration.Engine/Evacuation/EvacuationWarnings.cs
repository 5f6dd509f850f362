namespace VirtMigration.Evacuation;

/// <summary>What should be known of a whole evacuation before it starts.</summary>
internal static class EvacuationWarnings
{
    /// <summary>The warnings.</summary>
    public static IEnumerable<string> Of(EvacuationSituation situation, EvacuationReplay replay, IReadOnlyCollection<PlannedMove> moves, IReadOnlyList<UnmovableVm> left)
    {
        foreach ((string host, HypervisorException error) in situation.Silent.OrderBy(one => one.Host, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{host} does not answer and takes none: {error.Message.TrimEnd('.')}";
        }

        foreach (EvacuationTarget target in situation.Targets.Where(target => target.Maintenance?.Closed() == true))
        {
            yield return $"{target.Inventory.Name} is in maintenance and takes none";
        }

        foreach (EvacuationTarget target in situation.Targets.Where(target => target.Inventory.Facts.AvailableMemory is null && target.Maintenance?.Closed() != true))
        {
            yield return $"{target.Inventory.Name} does not tell what memory it has available: it is taken at what its VMs left of it";
        }

        string[] unreadable = [.. replay.Moves.Where(move => move.Choice.Guest.Definition.Options.Problem is not null).Select(move => move.Choice.Guest.Vm.Name)];
        if (unreadable.Length > 0)
        {
            yield return $"what {EvacuationText.List(unreadable, 5)} {(unreadable.Length == 1 ? "states for its" : "state for their")} migrations cannot be read and does not count";
        }

        int manual = moves.Count(move => move.ManualOnly);
        if (manual > 0)
        {
            yield return $"only a person may migrate {EvacuationText.Manual(moves)}; {(manual == 1 ? "its" : "their")} performance may be lower on another host";
        }

        int skipped = left.Count(one => one.ErrorId == "ManualOnlySkipped");
        if (skipped > 0)
        {
            yield return $"{EvacuationText.Vms(skipped)} that only a person may migrate {(skipped == 1 ? "stays" : "stay")}";
        }
    }
}
