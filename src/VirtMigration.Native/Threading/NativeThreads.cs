namespace VirtMigration.Native.Threading;

/// <summary>Threads for blocking native calls, kept for a while and used again. A host that hangs holds these up, never the thread
/// pool that the whole shell shares. How many there are is limited by how many connections there are.</summary>
internal static class NativeThreads
{
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(10);

    private static readonly object s_lock = new();
    private static readonly Queue<Action> s_waiting = new();
    private static int s_idle;

    /// <summary>Runs a call. Giving up waiting does not end it: it goes on, and its result is dropped.</summary>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="call">The call.</param>
    /// <param name="bound">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TimeoutException">The bound has passed.</exception>
    public static async Task<T> RunAsync<T>(Func<T> call, TimeSpan bound, CancellationToken cancellationToken)
    {
        NativeCall<T> work = new(call);
        Start(work.Run);
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

    /// <summary>Runs what nobody waits for.</summary>
    /// <param name="work">It must not throw.</param>
    public static void Start(Action work)
    {
        lock (s_lock)
        {
            s_waiting.Enqueue(work);
            if (s_idle >= s_waiting.Count)
            {
                Monitor.Pulse(s_lock);
                return;
            }
        }

        new Thread(Work) { IsBackground = true, Name = "libvirt call" }.Start();
    }

    private static void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private static Action? Next()
    {
        lock (s_lock)
        {
            Action? work;
            while (!s_waiting.TryDequeue(out work))
            {
                s_idle++;
                bool woken = Monitor.Wait(s_lock, s_idleTime);
                s_idle--;
                if (!woken && s_waiting.Count == 0)
                {
                    return null;
                }
            }

            return work;
        }
    }
}
