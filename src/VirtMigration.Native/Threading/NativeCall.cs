namespace VirtMigration.Native.Threading;

/// <summary>One call for a thread of <see cref="NativeThreads"/>.</summary>
/// <typeparam name="T">What it returns.</typeparam>
/// <param name="call">The call.</param>
internal sealed class NativeCall<T>(Func<T> call)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _abandoned;

    /// <summary>Its result, when it has one.</summary>
    public Task<T> Result => _result.Task;

    /// <summary>Nobody waits any more: do not begin, and if it began, drop what comes of it.</summary>
    public void Abandon()
    {
        _abandoned = true;

        // Looked at once, so that it does not count as an exception that nobody saw.
        _ = _result.Task.ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Makes the call, unless nobody waits for it.</summary>
    public void Run()
    {
        if (_abandoned)
        {
            _ = _result.TrySetCanceled();
            return;
        }

        try
        {
            _ = _result.TrySetResult(call());
        }
#pragma warning disable CA1031 // Whatever the call threw belongs to whoever waits for it, not to this thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _ = _result.TrySetException(error);
        }
    }
}
