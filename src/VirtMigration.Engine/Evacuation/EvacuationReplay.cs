using VirtMigration.Placement;

namespace VirtMigration.Evacuation;

/// <summary>The moves of a plan checked in full, one after the other: each beside what is promised to those before it on its host, with the VMs
/// of affinity groups where all moves together bring them.</summary>
internal sealed class EvacuationReplay
{
    private readonly EvacuationPairs _pairs;
    private readonly Dictionary<string, RoomGiven> _given = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="pairs">The pairs.</param>
    /// <param name="moves">The moves, in their order.</param>
    /// <param name="same">Plans that are known to be those of moves; null: each is made.</param>
    public EvacuationReplay(EvacuationPairs pairs, IReadOnlyList<EvacuationChoice> moves, EvacuationChoices? same = null)
    {
        _pairs = pairs;
        All = moves;
        Whereabouts = After(pairs, moves);
        List<Checked> passed = new(moves.Count);
        List<(EvacuationChoice, DestinationFinding)> failed = [];
        foreach (EvacuationChoice move in moves)
        {
            DestinationCandidate candidate = pairs.Candidate(move.Guest, move.Target, On(move.Target).Now, Whereabouts, looksAtPins: false, plan: same?.SamePlan(move.Guest, move.Target));
            IReadOnlyList<DestinationFinding> findings = pairs.Findings(move.Guest, candidate);
            if (findings.FirstOrDefault(EvacuationPairs.Blocks) is DestinationFinding blocker)
            {
                failed.Add((move, blocker));
                continue;
            }

            passed.Add(new(move, candidate with { Reserved = PlacementReservation.None }, findings));
            if (!EvacuationPairs.IsStopped(move.Guest))
            {
                On(move.Target).Give(move.Guest.Vm, candidate.Landing);
            }
        }

        (Moves, FailedFor) = (passed, failed);
    }

    /// <summary>All moves that were to be checked.</summary>
    public IReadOnlyList<EvacuationChoice> All { get; }

    /// <summary>Those that pass.</summary>
    public IReadOnlyList<Checked> Moves { get; }

    /// <summary>Those that do not, with the first thing in the way.</summary>
    public IReadOnlyList<(EvacuationChoice Move, DestinationFinding Blocker)> FailedFor { get; }

    /// <summary>Those that do not.</summary>
    public IEnumerable<EvacuationChoice> Failed => FailedFor.Select(one => one.Move);

    /// <summary>Where the VMs of affinity groups are after all moves.</summary>
    public Dictionary<Guid, string> Whereabouts { get; }

    /// <summary>What is promised of a host after all moves.</summary>
    public RoomGiven On(EvacuationTarget target)
    {
        if (!_given.TryGetValue(target.Inventory.Name, out RoomGiven? given))
        {
            given = new(target);
            _given[target.Inventory.Name] = given;
        }

        return given;
    }

    private static Dictionary<Guid, string> After(EvacuationPairs pairs, IReadOnlyList<EvacuationChoice> moves)
    {
        Dictionary<Guid, string> after = new(pairs.Situation.Whereabouts);
        foreach (EvacuationChoice move in moves)
        {
            if (!EvacuationPairs.IsStopped(move.Guest) && pairs.GroupsOf(move.Guest.Vm.Uuid).Count > 0)
            {
                after[move.Guest.Vm.Uuid] = move.Target.Inventory.Name;
            }
        }

        return after;
    }

    /// <summary>A move with what was found about it.</summary>
    /// <param name="Choice">The move.</param>
    /// <param name="Candidate">What was checked.</param>
    /// <param name="Findings">What was found.</param>
    public sealed record Checked(EvacuationChoice Choice, DestinationCandidate Candidate, IReadOnlyList<DestinationFinding> Findings);
}
