namespace VirtMigration.Convergence;

/// <summary>What the link carries, and whether it has just dropped. Measured from what was sent: the hypervisor's own figure is that of its
/// last tenth of a second.</summary>
internal sealed class LinkWatch
{
    // The present: long enough to even out QEMU's rate limiter, which works in slices of 100 ms, short enough to see a cable being pulled.
    private static readonly TimeSpan s_present = TimeSpan.FromSeconds(2);

    // What estimates go by.
    private static readonly TimeSpan s_estimate = TimeSpan.FromSeconds(10);

    // What is usual. A link that fell to a tenth counts as usual again after about two minutes: by then it is no drop but the link.
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(60);

    // Half of the usual rate is more than other traffic takes from a fair link, where two share it.
    private const double DropShare = 0.45;

    // A page of zeros is sent as a few bytes, so memory falls much faster than the link is used; that says nothing of the link.
    private const long ZeroPages = 4;

    private readonly SmoothedRate _present = new(s_present);
    private readonly SmoothedRate _estimate = new(s_estimate);
    private readonly SmoothedRate _usual = new(s_usual);

    private ScheduleMoment? _before;

    /// <summary>Bytes a second, smoothed for estimates; null: not known yet.</summary>
    public double? Rate { get; private set; }

    /// <summary>Bytes a second now; null: not known yet.</summary>
    public double? Present => _present.Value;

    /// <summary>Bytes a second as usual; null: not known yet.</summary>
    public double? Usual => _usual.Value;

    /// <summary>Whether far less is carried than usual, or nothing.</summary>
    public bool InDrop => _usual.Value is double usual && _present.Value is double present && present < usual * DropShare;

    public void Observe(ScheduleMoment moment)
    {
        double? stated = moment.Rate is { } rate ? rate.BitsPerSecond / 8.0 : null;
        if (_before is ScheduleMoment before)
        {
            TimeSpan time = moment.Elapsed - before.Elapsed;
            long sent = moment.Sent.Bytes - before.Sent.Bytes;
            long fell = moment.Pass == before.Pass ? before.Remaining.Bytes - moment.Remaining.Bytes : 0;
            bool measured = moment.Sent.Bytes > 0 && sent >= 0;
            bool zeros = measured && fell / ZeroPages > sent;
            if (time > TimeSpan.Zero && !zeros && (measured ? sent / time.TotalSeconds : stated) is double now)
            {
                _present.Add(now, time);
                _estimate.Add(now, time);
                _usual.Add(now, time);
            }
        }

        _before = moment;
        Rate = _estimate.Value ?? stated;
    }

    public void Clear()
    {
        _present.Clear();
        _estimate.Clear();
        _usual.Clear();
        _before = null;
        Rate = null;
    }
}
