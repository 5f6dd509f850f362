using VirtMigration.Inventory;
using VirtMigration.Native.Errors;

namespace VirtMigration.Native.Connections;

/// <summary>The place of one connection: opened at the first use, replaced at the next use after it broke.</summary>
/// <param name="host">The host.</param>
/// <param name="bound">How long anybody waits for it to open.</param>
internal sealed class ConnectionSlot(HostRegistration host, TimeSpan bound)
{
    private readonly Lock _lock = new();
    private OpenAttempt? _attempt;

    /// <summary>The open connection.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">Timeout within the bound, or what opening failed with.</exception>
    public async Task<LibvirtConnection> GetAsync(CancellationToken cancellationToken)
    {
        OpenAttempt attempt = Join();
        try
        {
            return await attempt.Connection.WaitAsync(bound, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new HypervisorException(
                HypervisorFault.Timeout,
                host.Name,
                0,
                $"{host.Name} did not answer at {host.ConnectUri} within {bound.TotalSeconds:0} s.",
                RecommendedAction.For(HypervisorFault.Timeout));
        }
        finally
        {
            Leave(attempt);
        }
    }

    /// <summary>Closes the connection; a later use opens another.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _attempt?.Discard();
            _attempt = null;
        }
    }

    private OpenAttempt Join()
    {
        lock (_lock)
        {
            if (_attempt is { IsSpent: true })
            {
                _attempt.Discard();
                _attempt = null;
            }

            _attempt ??= new(host);
            _attempt.Waiting++;
            return _attempt;
        }
    }

    // The last to give up takes the attempt with it: the next use tries afresh, and if this one succeeds after all it is closed.
    private void Leave(OpenAttempt attempt)
    {
        lock (_lock)
        {
            if (--attempt.Waiting == 0 && !attempt.Connection.IsCompleted)
            {
                attempt.Discard();
                _attempt = ReferenceEquals(_attempt, attempt) ? null : _attempt;
            }
        }
    }
}
