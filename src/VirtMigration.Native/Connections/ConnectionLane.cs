using VirtMigration.Inventory;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Threading;

namespace VirtMigration.Native.Connections;

/// <summary>Calls to one host for one purpose, off the caller's thread and bounded in time.</summary>
/// <param name="host">The host.</param>
/// <param name="pool">The connections for it.</param>
internal sealed class ConnectionLane(HostRegistration host, ConnectionPool pool)
{
    /// <summary>Makes sure that the host can be reached; bounded by the time an opening may take.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (!pool.IsOpen)
        {
            pool.Return(await pool.RentAsync(cancellationToken));
        }
    }

    /// <summary>Asks the host something. Asking twice is harmless, so a connection that turns out to be broken costs one more try
    /// and no error.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="action">What is asked, as it reads after "could not".</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<T> ReadAsync<T>(string action, Func<LibvirtConnection, T> call, CancellationToken cancellationToken)
    {
        LibvirtConnection connection = await pool.RentAsync(cancellationToken);
        try
        {
            return await RunAsync(connection, action, call, cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.Unreachable && !connection.IsAlive)
        {
            connection = await pool.RentAsync(cancellationToken);
            return await RunAsync(connection, action, call, cancellationToken);
        }
    }

    /// <summary>Changes something on the host: tried once, since a change whose answer was lost may have happened.</summary>
    /// <param name="action">What is asked, as it reads after "could not".</param>
    /// <param name="call">The calls.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task ChangeAsync(string action, Action<LibvirtConnection> call, CancellationToken cancellationToken)
    {
        LibvirtConnection connection = await pool.RentAsync(cancellationToken);
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

    private async Task<T> RunAsync<T>(
        LibvirtConnection connection,
        string action,
        Func<LibvirtConnection, T> call,
        CancellationToken cancellationToken)
    {
        bool returned = true;
        try
        {
            return await NativeThreads.RunAsync(() => call(connection), Bounds.Call, cancellationToken);
        }
        catch (TimeoutException error)
        {
            returned = false;
            throw Failure(HypervisorFault.Timeout, $"{host.Name} did not {action} within {Bounds.Call.TotalSeconds:0} s.", error);
        }
        catch (OperationCanceledException)
        {
            returned = false;
            throw;
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw Failure(HypervisorFault.Internal, $"{host.Name} could not {action}: {error.Message}", error);
        }
        finally
        {
            if (returned)
            {
                pool.Return(connection);
            }
            else
            {
                pool.Abandon(connection);
            }
        }
    }

    private HypervisorException Failure(HypervisorFault fault, string message, Exception cause) =>
        new(fault, host.Name, 0, message, RecommendedAction.For(fault), cause);
}
