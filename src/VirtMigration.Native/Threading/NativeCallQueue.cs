namespace VirtMigration.Native.Threading;

/// <summary>Runs blocking native calls on a few threads of its own. A host that hangs holds these up, never the thread pool that
/// the whole shell shares; and no more calls are under way than the daemon takes from one connection.</summary>
/// <param name="name">What the threads are called.</param>
internal sealed class NativeCallQueue(string name)
{
    // A libvirt daemon reads at most 5 requests of one connection at a time (max_client_requests in libvirtd.conf). Above that it
    // stops reading the socket, keepalive included, and the connection is taken for dead. One is left free for closing.
    private const int Width = 4;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly Queue<Action> _waiting = new();
    private readonly object _lock = new();
    private int _threads;
    private int _idle;

    /// <summary>Runs a call. Giving up waiting takes a call that has not begun out of the queue; one that has begun goes on, and its
    /// result is dropped.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="call">The call.</param>
    /// <param name="bound">How long to wait at most, the time in the queue included.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TimeoutException">The bound has passed.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, TimeSpan bound, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        NativeCall<T> work = new(call);
        Add(work.Run);
        try
        {
            return await work.Result.WaitAsync(bound, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            work.Abandon();
            throw;
        }
    }

    private void Add(Action work)
    {
        lock (_lock)
        {
            _waiting.Enqueue(work);
            if (_idle >= _waiting.Count || _threads == Width)
            {
                Monitor.Pulse(_lock);
                return;
            }

            _threads++;
        }

        new Thread(Work) { IsBackground = true, Name = name }.Start();
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_lock)
        {
            Action? work;
            while (!_waiting.TryDequeue(out work))
            {
                _idle++;
                bool woken = Monitor.Wait(_lock, s_idle);
                _idle--;
                if (!woken && _waiting.Count == 0)
                {
                    _threads--;
                    return null;
                }
            }

            return work;
        }
    }
}
