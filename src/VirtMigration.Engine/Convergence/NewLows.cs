namespace VirtMigration.Convergence;

/// <summary>The least of all readings up to a time. It holds only readings below all before them.</summary>
internal sealed class NewLows
{
    // Of a level that falls with every reading the last ones are kept; before them nothing is known.
    private const int Most = 256;

    private readonly (TimeSpan At, long Level)[] _lows = new (TimeSpan, long)[Most];

    private int _count;

    public void Add(TimeSpan at, long level)
    {
        if (_count == 0 || level < _lows[(_count - 1) % Most].Level)
        {
            _lows[_count++ % Most] = (at, level);
        }
    }

    /// <summary>The least before a time; null: nothing is known of it.</summary>
    public long? Before(TimeSpan time)
    {
        for (int i = _count - 1; i >= Math.Max(0, _count - Most); i--)
        {
            (TimeSpan at, long level) = _lows[i % Most];
            if (at < time)
            {
                return level;
            }
        }

        return null;
    }

    public void Clear() => _count = 0;
}
