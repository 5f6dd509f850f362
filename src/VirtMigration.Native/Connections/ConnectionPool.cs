using System.Diagnostics.CodeAnalysis;
using VirtMigration.Inventory;
using VirtMigration.Native.Errors;

namespace VirtMigration.Native.Connections;

/// <summary>Connections to one host for one purpose, each used by one call at a time. libvirt allows several, but its client loses
/// the wake-up of a second thread that comes while the first is about to wait for its answer (virNetClientIOEventLoop in
/// src/rpc/virnetclient.c, seen in 9.0): the second call is then sent only at the next keepalive, 5 s later.</summary>
/// <param name="host">The host.</param>
/// <param name="width">How many may be in use at once.</param>
/// <param name="kept">How many stay open when they are not used.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "Lives as long as the process; the semaphore has no wait handle to free.")]
internal sealed class ConnectionPool(HostRegistration host, int width, int kept)
{
    private readonly SemaphoreSlim _room = new(width);
    private readonly Lock _lock = new();
    private readonly Stack<LibvirtConnection> _idle = new();

    /// <summary>Whether a connection is open and unused.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _idle.TryPeek(out LibvirtConnection? connection) && connection.IsAlive;
            }
        }
    }

    /// <summary>A connection for the caller alone: one that is open, or a new one.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">Timeout, or what opening failed with.</exception>
    public async Task<LibvirtConnection> RentAsync(CancellationToken cancellationToken)
    {
        if (!await _room.WaitAsync(Bounds.Call, cancellationToken))
        {
            throw new HypervisorException(
                HypervisorFault.Timeout,
                host.Name,
                0,
                $"{host.Name} is still busy with {width} earlier calls of this shell after {Bounds.Call.TotalSeconds:0} s.",
                RecommendedAction.For(HypervisorFault.Timeout));
        }

        try
        {
            return TakeIdle() ?? await ConnectionOpening.OpenAsync(host, Bounds.Connect, cancellationToken);
        }
        catch
        {
            _ = _room.Release();
            throw;
        }
    }

    /// <summary>Gives back a connection whose call has returned.</summary>
    /// <param name="connection">The connection.</param>
    public void Return(LibvirtConnection connection)
    {
        bool keep = connection.IsAlive;
        lock (_lock)
        {
            keep = keep && _idle.Count < kept;
            if (keep)
            {
                _idle.Push(connection);
            }
        }

        if (!keep)
        {
            connection.Retire();
        }

        _ = _room.Release();
    }

    /// <summary>Gives up a connection whose call has not returned: a VM or a daemon hangs. It closes when the call returns after
    /// all; the others are not to wait for that.</summary>
    /// <param name="connection">The connection.</param>
    public void Abandon(LibvirtConnection connection)
    {
        connection.Retire();
        _ = _room.Release();
    }

    private LibvirtConnection? TakeIdle()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out LibvirtConnection? connection))
            {
                if (connection.IsAlive)
                {
                    return connection;
                }

                connection.Retire();
            }
        }

        return null;
    }
}
