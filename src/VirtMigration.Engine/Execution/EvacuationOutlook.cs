using VirtMigration.Convergence;
using VirtMigration.Evacuation;
using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>How far an evacuation is and how long it will take yet: first as planned, then as fast as it was so far. Safe for several
/// threads.</summary>
/// <param name="host">The host that is emptied.</param>
/// <param name="tally">What is known of each VM.</param>
/// <param name="clock">The clock.</param>
internal sealed class EvacuationOutlook(string host, EvacuationTally tally, TimeProvider clock)
{
    // Before this share is done, what was planned tells more than the little that was seen.
    private const double Enough = 0.1;

    // The shell paints a bar every 200 ms at most.
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _percent = [];
    private long? _began;
    private long _told;
    private TimeSpan? _planned;

    /// <summary>A plan begins; of a later round's only what it adds counts.</summary>
    /// <param name="plan">The plan.</param>
    public void Begin(EvacuationPlan plan)
    {
        lock (_lock)
        {
            _began ??= clock.GetTimestamp();
            _planned ??= plan.Total;
        }
    }

    /// <summary>How all stands, where it was not told just now.</summary>
    /// <param name="plan">The plan of the migration that a sample is of.</param>
    /// <param name="sample">The sample.</param>
    public EvacuationProgress? Sample(MigrationPlan plan, MigrationSample sample)
    {
        lock (_lock)
        {
            _percent[plan.Uuid] = sample.Percent;
            if (clock.GetElapsedTime(_told) < s_often)
            {
                return null;
            }
        }

        return Now();
    }

    /// <summary>How all stands.</summary>
    public EvacuationProgress Now()
    {
        IReadOnlyList<(PlannedMove Move, long? StartedAt)> open = tally.Open;
        IReadOnlyList<(PlannedMove Move, TimeSpan? Took)> done = tally.Done;
        int left = tally.Results.Count - done.Count;
        lock (_lock)
        {
            _told = clock.GetTimestamp();
            double moved = done.Sum(one => Weight(one.Move)) + open.Where(one => one.StartedAt is not null).Sum(one => Weight(one.Move) * _percent.GetValueOrDefault(one.Move.Uuid) / 100);
            double all = done.Sum(one => Weight(one.Move)) + open.Sum(one => Weight(one.Move));
            double share = all > 0 ? moved / all : 1;
            return new(host, open.Count + done.Count + left, done.Count, left, open.Count(one => one.StartedAt is not null), (int)(share * 100), open.Count == 0 ? TimeSpan.Zero : Left(share));
        }
    }

    private TimeSpan? Left(double share) =>
        share >= Enough && _began is long began ? clock.GetElapsedTime(began) * ((1 - share) / share)
        : _planned is TimeSpan planned ? planned * (1 - share)
        : null;

    // What takes longer weighs more; where that cannot be told, what is larger.
    private static double Weight(PlannedMove move) => move.Takes is TimeSpan takes ? takes.TotalSeconds : move.Memory.Bytes / (double)(1L << 30);
}
