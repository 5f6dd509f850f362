using System.Collections.Concurrent;

namespace VirtMigration.Execution;

/// <summary>The ways to end an evacuation, or one VM's part in it, early.</summary>
/// <param name="stop">Starts nothing more, aborts what is in pre-copy and leaves alone what is in post-copy.</param>
public sealed class EvacuationControl(CancellationToken stop)
{
    private readonly Lock _lock = new();

    // Never disposed: they hold nothing, and may be cancelled at any time.
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _stops = new();
    private Action? _startNoMore;
    private Action<Guid>? _takeOut;
    private bool _noMore;

    /// <summary>Starts nothing more, aborts what is in pre-copy and leaves alone what is in post-copy.</summary>
    public CancellationToken Stop => stop;

    /// <summary>Whether nothing more is to be started.</summary>
    public bool IsEnding => Volatile.Read(ref _noMore) || stop.IsCancellationRequested;

    /// <summary>Starts nothing more; what is under way goes on to its end.</summary>
    public void StartNoMore()
    {
        Action? tell;
        lock (_lock)
        {
            _noMore = true;
            tell = _startNoMore;
        }

        tell?.Invoke();
    }

    /// <summary>Stops one VM alone: while it waits it is taken out, in pre-copy it is aborted, in post-copy left to go on.</summary>
    /// <param name="vm">The VM.</param>
    public void StopOne(Guid vm)
    {
        StopOf(vm).Cancel();
        Action<Guid>? takeOut;
        lock (_lock)
        {
            takeOut = _takeOut;
        }

        takeOut?.Invoke(vm);
    }

    /// <summary>Cancelled when one VM is stopped.</summary>
    /// <param name="vm">The VM.</param>
    internal CancellationToken TokenOf(Guid vm) => StopOf(vm).Token;

    /// <summary>What is to be done then, at once if it was asked for already.</summary>
    /// <param name="tell">Starts no more.</param>
    /// <param name="takeOut">Takes a VM out of what waits.</param>
    internal void On(Action tell, Action<Guid> takeOut)
    {
        bool now;
        lock (_lock)
        {
            (_startNoMore, _takeOut) = (tell, takeOut);
            now = _noMore;
        }

        if (now)
        {
            tell();
        }
    }

    private CancellationTokenSource StopOf(Guid vm) => _stops.GetOrAdd(vm, static _ => new());
}
