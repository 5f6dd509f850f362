namespace VirtMigration.UnitTests;

/// <summary>A clock that stands still until a test moves it, and then rings what has become due on the way, each at its moment.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly List<Bell> _bells = [];
    private TimeSpan _now;
    private int _made;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The time since the start.</summary>
    public TimeSpan Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    /// <summary>How many timers were made so far.</summary>
    public int TimersMade => Volatile.Read(ref _made);

    /// <summary>How long until the next timer rings; null: none is set.</summary>
    public TimeSpan? Next
    {
        get
        {
            lock (_lock)
            {
                return _bells.Min(bell => bell.Due) - _now;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => s_start + Now;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Bell bell = new(this, callback, state);
        _ = bell.Change(dueTime, period);
        _ = Interlocked.Increment(ref _made);
        return bell;
    }

    public void Advance(TimeSpan time)
    {
        TimeSpan until = Now + time;
        while (true)
        {
            Bell? next;
            lock (_lock)
            {
                next = _bells.Where(bell => bell.Due <= until).MinBy(bell => bell.Due);
                _now = next is null ? until : next.Due > _now ? next.Due.Value : _now;
                _ = next is not null && _bells.Remove(next);
            }

            if (next is null)
            {
                return;
            }

            next.Ring();
        }
    }

    private sealed class Bell(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan? Due { get; private set; }

        public void Ring() => callback(state);

        // What repeats is not of use here.
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _ = clock._bells.Remove(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                if (Due is not null)
                {
                    clock._bells.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _ = clock._bells.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
