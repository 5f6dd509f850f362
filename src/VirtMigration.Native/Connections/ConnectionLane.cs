using VirtMigration.Inventory;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Threading;

namespace VirtMigration.Native.Connections;

/// <summary>A connection and the threads that use it.</summary>
/// <param name="host">The host.</param>
/// <param name="purpose">What the connection is for, as the threads are named.</param>
internal sealed class ConnectionLane(HostRegistration host, string purpose)
{
    private readonly ConnectionSlot _slot = new(host, Bounds.Connect);
    private readonly NativeCallQueue _queue = new($"libvirt {purpose} {host.Name}");

    /// <summary>The open connection.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<LibvirtConnection> GetAsync(CancellationToken cancellationToken) => _slot.GetAsync(cancellationToken);

    /// <summary>Asks the host something. Asking twice is harmless, so a connection that turns out to be broken costs one more try
    /// and no error.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="action">What is asked, as it reads after "could not".</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<T> ReadAsync<T>(string action, Func<LibvirtConnection, T> call, CancellationToken cancellationToken)
    {
        LibvirtConnection connection = await GetAsync(cancellationToken);
        try
        {
            return await RunAsync(connection, action, call, cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.Unreachable && !connection.IsAlive)
        {
            connection = await GetAsync(cancellationToken);
            return await RunAsync(connection, action, call, cancellationToken);
        }
    }

    /// <summary>Changes something on the host: tried once, since a change whose answer was lost may have happened.</summary>
    /// <param name="action">What is asked, as it reads after "could not".</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task ChangeAsync(string action, Action<LibvirtConnection> call, CancellationToken cancellationToken)
    {
        LibvirtConnection connection = await GetAsync(cancellationToken);
        _ = await RunAsync(
            connection,
            action,
            open =>
            {
                call(open);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Makes calls on one connection that is already there.</summary>
    /// <typeparam name="T">What they return.</typeparam>
    /// <param name="connection">The connection.</param>
    /// <param name="action">What is asked, as it reads after "could not".</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">What the calls failed with, or Timeout.</exception>
    public async Task<T> RunAsync<T>(
        LibvirtConnection connection,
        string action,
        Func<LibvirtConnection, T> call,
        CancellationToken cancellationToken)
    {
        try
        {
            return await _queue.RunAsync(() => call(connection), Bounds.Call, cancellationToken);
        }
        catch (ObjectDisposedException error)
        {
            // Somebody else found the connection broken in the same moment and replaced it.
            throw Failure(HypervisorFault.Unreachable, $"{host.Name} could not {action}: the connection broke.", error);
        }
        catch (TimeoutException error)
        {
            throw Failure(HypervisorFault.Timeout, $"{host.Name} did not {action} within {Bounds.Call.TotalSeconds:0} s.", error);
        }
        catch (FormatException error)
        {
            throw Failure(HypervisorFault.Internal, $"{host.Name} could not {action}: {error.Message}", error);
        }
    }

    private HypervisorException Failure(HypervisorFault fault, string message, Exception cause) =>
        new(fault, host.Name, 0, message, RecommendedAction.For(fault), cause);
}
