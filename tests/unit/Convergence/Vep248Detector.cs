using VirtMigration.Convergence;

namespace VirtMigration.UnitTests.Convergence;

/// <summary>The rival: the stall detection that KubeVirt's VEP 248 describes, with its defaults: 40 s, a margin of 4 %, an average that
/// takes 0.4 of each reading, a patience that halves, and twice 150 s for each GiB as the time to finish in. It is told of the start of
/// each pass and of the rate in between.</summary>
internal sealed class Vep248Detector
{
    private const double Margin = 0.04;
    private const double Share = 0.4;
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(40);

    private readonly List<(TimeSpan At, long Left)> _candidates = [];
    private readonly PriorityQueue<long, long> _seen = new();

    private long? _lowestBefore;
    private long _best;
    private double _rate;
    private TimeSpan _patience;
    private TimeSpan _relaxAt;

    public bool Stalled { get; private set; }

    public void Poll(double? rate) => _rate = rate is not double now ? _rate : _rate == 0 ? now : (Share * now) + ((1 - Share) * _rate);

    /// <summary>True: it would switch now.</summary>
    public bool PassBegins(ScheduleMoment moment)
    {
        long left = moment.Remaining.Bytes;
        if (_rate == 0)
        {
            return false;
        }

        while (_candidates.Count > 0 && moment.Elapsed - _candidates[0].At >= s_window)
        {
            _lowestBefore = Math.Min(_lowestBefore ?? long.MaxValue, _candidates[0].Left);
            _candidates.RemoveAt(0);
        }

        if (!(left > _lowestBefore) && (_candidates.Count == 0 || left < _candidates[^1].Left))
        {
            _candidates.Add((moment.Elapsed, left));
        }

        if (Stalled)
        {
            Relax(moment.Elapsed, left);
        }
        else if (_lowestBefore is long before && left >= before * (1 - Margin))
        {
            Stalled = true;
            _best = _candidates.Select(one => one.Left).Append(before).Min();
            _patience = s_window;
            _relaxAt = moment.Elapsed + _patience;
        }

        TimeSpan mayTake = TimeSpan.FromSeconds(2 * 150 * moment.Data.Bytes / (double)(1L << 30)) - moment.Elapsed;
        return Stalled && left <= _best * (1 + Margin) && left / _rate <= mayTake.TotalSeconds;
    }

    private void Relax(TimeSpan now, long left)
    {
        _seen.Enqueue(left, left);
        if (now >= _relaxAt)
        {
            _best = _seen.Dequeue();
            _patience /= 2;
            _relaxAt = now + _patience;
        }
    }
}
