namespace VirtMigration.Evacuation;

/// <summary>When each migration of an evacuation is expected to run, in a sliding window: as soon as one ends, the next starts. A limit for
/// those that come to one host needs no place in it: all leave the same host, and the same number limits both.</summary>
public sealed record EvacuationTimetable
{
    private EvacuationTimetable()
    {
    }

    /// <summary>When each VM's migration starts and ends, from the beginning of the evacuation, in the order of starting.</summary>
    public required IReadOnlyList<(EvacuationMove Move, TimeSpan Start, TimeSpan End)> Runs { get; init; }

    /// <summary>How long all take.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>No order can be quicker: each takes at least its share of the window for its time, those that run alone run one after the
    /// other, and the longest of the others beside none of those.</summary>
    public required TimeSpan AtLeast { get; init; }

    /// <summary>The timetable of migrations that are started in this order. One that may not start yet holds up those behind it, or it would
    /// never have the host for itself.</summary>
    /// <param name="moves">The migrations.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them may never run, or takes less than no time.</exception>
    public static EvacuationTimetable Of(IReadOnlyList<EvacuationMove> moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        foreach (EvacuationMove move in moves)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(move.AtOnce, 1, nameof(moves));
            ArgumentOutOfRangeException.ThrowIfLessThan(move.Takes, TimeSpan.Zero, nameof(moves));
        }

        List<(EvacuationMove Move, TimeSpan Start, TimeSpan End)> runs = new(moves.Count);
        PriorityQueue<EvacuationMove, TimeSpan> running = new();
        Dictionary<int, int> limits = [];
        TimeSpan now = TimeSpan.Zero;
        foreach (EvacuationMove move in moves)
        {
            while (running.Count >= Math.Min(move.AtOnce, limits.Count == 0 ? int.MaxValue : limits.Keys.Min()))
            {
                _ = running.TryDequeue(out EvacuationMove? ended, out now);
                if (--limits[ended!.AtOnce] == 0)
                {
                    _ = limits.Remove(ended.AtOnce);
                }
            }

            running.Enqueue(move, now + move.Takes);
            limits[move.AtOnce] = limits.GetValueOrDefault(move.AtOnce) + 1;
            runs.Add((move, now, now + move.Takes));
        }

        return new() { Runs = runs, Total = runs.Count == 0 ? TimeSpan.Zero : runs.Max(run => run.End), AtLeast = LowerBound(moves) };
    }

    private static TimeSpan LowerBound(IReadOnlyList<EvacuationMove> moves)
    {
        TimeSpan alone = TimeSpan.Zero;
        TimeSpan shared = TimeSpan.Zero;
        TimeSpan longest = TimeSpan.Zero;
        foreach (EvacuationMove move in moves)
        {
            if (move.AtOnce == 1)
            {
                alone += move.Takes;
            }
            else
            {
                shared += move.Takes / move.AtOnce;
                longest = move.Takes > longest ? move.Takes : longest;
            }
        }

        return alone + (shared > longest ? shared : longest);
    }
}
