using VirtMigration.Placement;

namespace VirtMigration.Evacuation;

/// <summary>Whether a saved plan of an evacuation still holds. Pure.</summary>
public static class StalePlan
{
    /// <summary>Every respect in which it holds no longer, a sentence without a full stop each: a VM that is not there any more or is shut off or
    /// started since, a VM that came, a destination that is gone, does not answer, is in maintenance, or would not take the VM any more, with
    /// the reason. Empty: it still holds. A VM that could not be moved then and can now is no difference.</summary>
    /// <param name="saved">The plan.</param>
    /// <param name="now">How things are.</param>
    public static IReadOnlyList<string> Differences(SavedEvacuation saved, EvacuationSituation now)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(now);
        List<string> differences = [];
        string host = now.Source.Name;
        Dictionary<Guid, EvacuationGuest> guests = now.Guests.ToDictionary(guest => guest.Vm.Uuid);
        Dictionary<string, EvacuationTarget> targets = now.Targets.ToDictionary(target => target.Inventory.Name, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, int count) in saved.Moves.GroupBy(move => move.Destination, StringComparer.OrdinalIgnoreCase).Select(group => (group.Key, group.Count())))
        {
            string whom = EvacuationText.Vms(count);
            if (now.Silent.FirstOrDefault(one => one.Host.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Error: { } error })
            {
                differences.Add($"{name}, where {whom} {(count == 1 ? "was" : "were")} to go, does not answer: {error.Message.TrimEnd('.')}");
            }
            else if (!targets.TryGetValue(name, out EvacuationTarget? target))
            {
                differences.Add($"{name}, where {whom} {(count == 1 ? "was" : "were")} to go, is not among the hosts that may take VMs any more");
            }
            else if (target.Maintenance is HostMaintenance maintenance && maintenance.Closed())
            {
                differences.Add($"{name}, where {whom} {(count == 1 ? "was" : "were")} to go, is in maintenance, by {maintenance.Operator}");
            }
        }

        EvacuationPairs pairs = new(now);
        List<EvacuationChoice> moves = [];
        foreach (SavedMove move in saved.Moves)
        {
            if (!guests.TryGetValue(move.Uuid, out EvacuationGuest? guest))
            {
                differences.Add($"VM '{move.VM}', which was to go to {move.Destination}, {(move.Stopped ? "is not" : "does not run")} on {host} any more");
            }
            else if (EvacuationPairs.IsStopped(guest) != move.Stopped)
            {
                differences.Add($"VM '{move.VM}' {(move.Stopped ? "was shut off, and is not any more" : "ran, and is shut off now")}");
            }
            else if (StayRules.Of(guest, now) is UnmovableVm stays)
            {
                differences.Add($"VM '{move.VM}' can no longer go to {move.Destination}: {stays.Reason}");
            }
            else if (targets.TryGetValue(move.Destination, out EvacuationTarget? target) && target.Maintenance?.Closed() != true)
            {
                moves.Add(new(guest, target, Choices: 1, Tied: false, Kept: null, new(move.Uuid, move.Destination, TimeSpan.Zero, AtOnce: 1)));
            }
        }

        EvacuationReplay replay = new(pairs, moves);
        foreach ((EvacuationChoice failed, DestinationFinding blocker) in replay.FailedFor)
        {
            differences.Add($"VM '{failed.Guest.Vm.Name}' can no longer go to {blocker.Host}: it needs {blocker.Required}, {blocker.Host} {blocker.Present}");
        }

        HashSet<Guid> known = [.. saved.Moves.Select(move => move.Uuid), .. saved.Left.Select(one => one.Uuid)];
        differences.AddRange(now.Guests.Where(guest => !known.Contains(guest.Vm.Uuid)).Select(guest => $"VM '{guest.Vm.Name}' is on {host}, and was not when the plan was made"));
        return differences.ToArray();
    }

    /// <summary>The refusal of a plan that holds no longer.</summary>
    /// <param name="saved">The plan.</param>
    /// <param name="host">The host that it empties.</param>
    /// <param name="differences">In what respects, as <see cref="Differences"/> tells; one or more.</param>
    public static VirtMigrationException Refusal(SavedEvacuation saved, string host, IReadOnlyList<string> differences)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(differences);
        return new(
            "EvacuationPlanStale",
            $"The plan for {host} that {saved.Operator} made at {saved.MadeAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC holds no longer:{string.Concat(differences.Select(one => $"\n  {one}."))}",
            $"Look at a new plan: Start-VmHostMaintenance {host} -WhatIf. Then save that one, or run it without a saved plan.",
            host);
    }
}
