namespace VirtMigration.Convergence;

/// <summary>The least of the last readings, for whatever time back. It holds only readings that none after them was below.</summary>
internal sealed class LowMarks
{
    // A reading is kept only while all after it are higher, so there are a few; this bounds a level that rises for hours.
    private const int Most = 256;

    private readonly (TimeSpan At, long Level)[] _marks = new (TimeSpan, long)[Most];

    private int _first;
    private int _count;

    public void Add(TimeSpan at, long level)
    {
        while (_count > 0 && _marks[(_first + _count - 1) % Most].Level >= level)
        {
            _count--;
        }

        if (_count == Most)
        {
            _first = (_first + 1) % Most;
            _count--;
        }

        _marks[(_first + _count++) % Most] = (at, level);
    }

    /// <summary>The least since a time; the newest reading counts always.</summary>
    public long Since(TimeSpan time)
    {
        for (int i = 0; i < _count - 1; i++)
        {
            (TimeSpan at, long level) = _marks[(_first + i) % Most];
            if (at >= time)
            {
                return level;
            }
        }

        return _count == 0 ? long.MaxValue : _marks[(_first + _count - 1) % Most].Level;
    }

    public void Clear()
    {
        _first = 0;
        _count = 0;
    }
}
