namespace VirtMigration.Execution;

/// <summary>One start's part in slot locks: let go of when its job is seen or its run has ended, and by itself after a bound.</summary>
internal sealed class StartShare
{
    private readonly Action<LockHolding> _leave;
    private readonly Lock _lock = new();
    private readonly List<LockHolding> _parts = [];
    private readonly ITimer _bound;
    private bool _over;

    /// <summary>Creates an empty one.</summary>
    /// <param name="leave">Is told of each part that is no longer needed.</param>
    /// <param name="longest">The bound.</param>
    /// <param name="clock">The clock.</param>
    public StartShare(Action<LockHolding> leave, TimeSpan longest, TimeProvider clock)
    {
        _leave = leave;
        _bound = clock.CreateTimer(static share => ((StartShare)share!).LetGo(), this, longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a part.</summary>
    public void Add(LockHolding holding)
    {
        bool late;
        lock (_lock)
        {
            holding.Starts++;
            late = _over;
            if (!late)
            {
                _parts.Add(holding);
            }
        }

        if (late)
        {
            _leave(holding);
        }
    }

    /// <summary>Lets go of all parts; a second time does nothing. On any thread.</summary>
    public void LetGo()
    {
        LockHolding[] parts;
        lock (_lock)
        {
            _over = true;
            parts = [.. _parts];
            _parts.Clear();
        }

        _bound.Dispose();
        foreach (LockHolding part in parts)
        {
            _leave(part);
        }
    }
}
