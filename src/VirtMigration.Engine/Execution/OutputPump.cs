using System.Collections.Concurrent;

namespace VirtMigration.Execution;

/// <summary>Hands what workers have to say to the one thread that may say it: a shell lets only its pipeline's thread write.</summary>
/// <typeparam name="T">What is handed on.</typeparam>
public sealed class OutputPump<T> : IDisposable
{
    private readonly BlockingCollection<T> _pending = [];

    /// <summary>Hands one thing on, from any thread. After the end it is dropped.</summary>
    /// <param name="item">The thing.</param>
    public void Post(T item)
    {
        try
        {
            _pending.TryAdd(item);
        }
        catch (InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public void Complete() => _pending.CompleteAdding();

    /// <summary>Takes what is there, without waiting.</summary>
    /// <param name="say">Says one thing, on this thread.</param>
    public void Drain(Action<T> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        while (_pending.TryTake(out T? item))
        {
            say(item);
        }
    }

    /// <summary>Takes everything until the end.</summary>
    /// <param name="say">Says one thing, on this thread.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the end.</exception>
    public void DrainToEnd(Action<T> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(say);
        foreach (T item in _pending.GetConsumingEnumerable(cancellationToken))
        {
            say(item);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pending.Dispose();
}
