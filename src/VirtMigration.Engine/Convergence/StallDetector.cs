using VirtMigration.Units;

namespace VirtMigration.Convergence;

/// <summary>Tells a migration that does not get on from one that is slow, and when to act on it. Pure: moments in, a verdict out.
/// <para>What counts is what a pass begins with. Within a pass what is left always falls to nothing, whether the guest can be caught up with
/// or not; only at the start of a pass does the hypervisor know what was written meanwhile. In the first pass, which begins with
/// everything, what is left itself counts.</para>
/// <para>The idea, progress measured by the lowest such level and the switch made at a low one, is that of KubeVirt's VEP 248. What
/// differs: a low that was reached a moment ago is progress even where the level has risen again since, a verdict is taken back when
/// progress comes, a pass longer than the window is waited for, and a link that dropped is neither a stall at once nor a moment to act.</para></summary>
public sealed class StallDetector
{
    /// <summary>The time without progress after which estimates speak of a stall: KubeVirt's default (<c>DefaultStallProgressTimeout</c>).</summary>
    public static readonly TimeSpan UsualWindow = TimeSpan.FromSeconds(40);

    // KubeVirt's default too (DefaultStallMargin): pages that change by chance move the level by a few percent, and that is no progress.
    private const double Margin = 0.04;

    // As many passes that begin as high as before show that rates alone deceive.
    private const int PassesThatProve = 2;

    // How far back the low is looked for that is worth waiting for: a guest that works in cycles of up to 80 s shows its low in it.
    private const int LookBack = 2;

    // After a drop of the link, which raises what is left by no fault of the guest, progress is measured anew; but a link that drops again
    // within this time is no excuse.
    private static readonly TimeSpan s_excused = 3 * UsualWindow;

    private readonly LinkWatch _link = new();
    private readonly LowMarks _lows = new();
    private readonly NewLows _newLows = new();

    private ScheduleMoment? _before;
    private bool _passBegan;
    private long _level;
    private long _lowest;
    private TimeSpan _lowestAt;
    private int _passesSince;
    private TimeSpan _passAt;
    private TimeSpan _passBefore;
    private TimeSpan _inDropSince;
    private TimeSpan? _excusedAt;
    private bool _dropped;

    /// <summary>What the link carries, smoothed over about 10 s; null: not known yet.</summary>
    public Bandwidth? Rate => Rounded(_link.Rate);

    /// <summary>What it carries now, over about 2 s; null: not known yet.</summary>
    public Bandwidth? PresentRate => Rounded(_link.Present);

    /// <summary>What it usually carries, over about a minute; null: not known yet.</summary>
    public Bandwidth? UsualRate => Rounded(_link.Usual);

    /// <summary>Whether the link carries far less than usual: nothing should be switched now.</summary>
    public bool InDrop => _link.InDrop;

    /// <summary>What this pass began with; in the first pass, what is left.</summary>
    public ByteSize Level => new(_level);

    /// <summary>How many passes have begun since the last progress.</summary>
    public int PassesWithoutProgress => _passesSince;

    /// <summary>Whether so many passes have begun with as much as before that rates alone would deceive: a page that is written often counts
    /// once in a pass, so the rate that the hypervisor states is never far above the link's.</summary>
    public bool Repeats => _passesSince >= PassesThatProve;

    /// <summary>Time without progress.</summary>
    public TimeSpan Idle => _before is ScheduleMoment now ? now.Elapsed - _lowestAt : TimeSpan.Zero;

    /// <summary>Takes in how the migration stands.</summary>
    /// <param name="moment">The moment, not before the last one; a migration that begins again begins anew here too.</param>
    public void Observe(ScheduleMoment moment)
    {
        if (!moment.HasBegun)
        {
            return;
        }

        ScheduleMoment? before = _before is ScheduleMoment last && (moment.Elapsed < last.Elapsed || moment.Pass < last.Pass) ? null : _before;
        if (before is null)
        {
            Begin(moment);
        }

        _link.Observe(moment);
        if (before is ScheduleMoment earlier && _link.InDrop)
        {
            _inDropSince += moment.Elapsed - earlier.Elapsed;
            _dropped = true;
        }

        bool first = moment.Pass <= 1;
        _passBegan = !first && moment.Pass != before?.Pass;
        bool excused = _passBegan && _dropped && !_link.InDrop && !(moment.Elapsed - _excusedAt < s_excused);
        if (_passBegan && (excused || before is not { Pass: > 1 }))
        {
            // The first pass fell to nothing; the second shows for the first time how much the guest writes.
            Progress(moment);
            _lows.Clear();
            _newLows.Clear();
        }
        else if (first && moment.Remaining.Bytes < _lowest)
        {
            Progress(moment);
        }
        else if (_passBegan)
        {
            _passesSince++;
            if (moment.Remaining.Bytes < _lowest * (1 - Margin) || (moment.Remaining.Bytes == 0 && _lowest > 0))
            {
                Progress(moment);
            }
        }

        if (excused)
        {
            _excusedAt = moment.Elapsed;
        }

        _dropped &= !_passBegan || _link.InDrop;
        if (first || _passBegan)
        {
            _level = moment.Remaining.Bytes;
        }

        if (_passBegan)
        {
            (_passBefore, _passAt) = (_passAt, moment.Elapsed);
            _lows.Add(moment.Elapsed, _level);
            _newLows.Add(moment.Elapsed, _level);
        }

        _before = moment;
    }

    /// <summary>Whether there was no progress for a time, and whether this is the moment to switch. That moment is the start of a pass whose
    /// level is as low as any of the last two windows; while it is waited for, the look back shortens, until after another window any
    /// start of a pass will do. While the link is in a drop there is no such moment.</summary>
    /// <param name="window">The time without progress, more than zero.</param>
    public StallVerdict Verdict(TimeSpan window)
    {
        if (_before is not ScheduleMoment now || now.Elapsed < window)
        {
            return StallVerdict.Progressing;
        }

        // A drop of the link is given as long again to pass.
        TimeSpan longer = window + (_inDropSince < window ? _inDropSince : window);
        TimeSpan idle = now.Elapsed - _lowestAt;
        bool stalled = now.Pass <= 1 ? idle >= longer : NoNewLowFor(longer, now.Elapsed) || _inDropSince >= window + window;
        if (!stalled)
        {
            return StallVerdict.Progressing;
        }

        if (!_passBegan || _link.InDrop || _link.Rate is not > 0)
        {
            return StallVerdict.Stalled;
        }

        TimeSpan back = LookBack * (window + longer - (idle > longer ? idle : longer));
        return back <= TimeSpan.Zero || _level <= _lows.Since(now.Elapsed - back) * (1 + Margin) ? StallVerdict.ActNow : StallVerdict.Stalled;
    }

    // The lowest level of the window is no lower, by the margin, than the lowest before it.
    private bool NoNewLowFor(TimeSpan window, TimeSpan now)
    {
        // One pass may be longer than the window, and one alone proves nothing: a slow but steady fall is seen in two.
        TimeSpan since = _passBefore < now - window ? _passBefore : now - window;
        return _newLows.Before(since) is long before && _lows.Since(since) >= before * (1 - Margin);
    }

    private void Begin(ScheduleMoment moment)
    {
        _link.Clear();
        _lows.Clear();
        _newLows.Clear();
        _before = null;
        _passAt = _passBefore = TimeSpan.MinValue;
        _excusedAt = null;
        _dropped = false;
        Progress(moment);
        _level = _lowest;
    }

    private void Progress(ScheduleMoment moment)
    {
        _lowest = moment.Remaining.Bytes;
        _lowestAt = moment.Elapsed;
        _passesSince = 0;
        _inDropSince = TimeSpan.Zero;
    }

    private static Bandwidth? Rounded(double? bytesPerSecond) =>
        bytesPerSecond is double rate && rate >= 0 ? Bandwidth.FromBytesPerSecond((long)Math.Min(rate, long.MaxValue / 16)) : null;
}
