using System.Threading.Channels;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Ports;

namespace VirtMigration.Native.Events;

/// <summary>A subscription to one VM's migration: three of libvirt's events into one channel.</summary>
internal sealed class MigrationSubscription : IMigrationEvents
{
    private readonly Channel<MigrationEvent> _channel = Channel.CreateUnbounded<MigrationEvent>();
    private readonly List<int> _callbacks = [];
    private readonly LibvirtConnection _connection;
    private readonly ConnectionLane _lane;
    private CancellationTokenRegistration _closed;

    private MigrationSubscription(LibvirtConnection connection, ConnectionLane lane)
    {
        _connection = connection;
        _lane = lane;
    }

    /// <inheritdoc/>
    public ChannelReader<MigrationEvent> Events => _channel.Reader;

    /// <summary>Where the callbacks put events.</summary>
    public ChannelWriter<MigrationEvent> Writer => _channel.Writer;

    /// <summary>Subscribes. Blocks.</summary>
    /// <param name="connection">The connection, which the event loop serves.</param>
    /// <param name="lane">Where to unsubscribe.</param>
    /// <param name="vm">The VM.</param>
    public static unsafe MigrationSubscription Open(LibvirtConnection connection, ConnectionLane lane, Guid vm)
    {
        MigrationSubscription subscription = new(connection, lane);
        using LibvirtDomain domain = connection.Find(vm);
        try
        {
            subscription.Add(domain, MigrationCallbacks.LifecycleEvent, MigrationCallbacks.Lifecycle);
            subscription.Add(domain, MigrationCallbacks.IterationEvent, MigrationCallbacks.Iteration);
            subscription.Add(domain, MigrationCallbacks.CompletedEvent, MigrationCallbacks.Completed);
        }
        catch (HypervisorException)
        {
            subscription.Remove(connection);
            throw;
        }

        // A reader of a connection that broke learns it here; nothing else would ever come.
        subscription._closed = connection.Closed.Register(
            () => subscription.Writer.TryComplete(LostConnection(connection.Host)));
        return subscription;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closed.DisposeAsync();
        _ = Writer.TryComplete();
        if (!_connection.IsAlive)
        {
            // The subscription has gone with it, and opening another connection only to find that would take time.
            return;
        }

        try
        {
            await _lane.ChangeAsync("end a subscription", Remove, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // The connection is gone, and the subscription with it.
        }
    }

    private unsafe void Add(LibvirtDomain domain, int eventId, void* callback)
    {
        nint opaque = CallbackTarget.New(this);
        try
        {
            _callbacks.Add(domain.Subscribe(eventId, callback, opaque));
        }
        catch
        {
            CallbackTarget.Release(opaque);
            throw;
        }
    }

    // On another connection than it was made on there is nothing to remove: that one broke, and the subscription with it.
    private void Remove(LibvirtConnection connection)
    {
        if (connection != _connection)
        {
            return;
        }

        foreach (int callback in _callbacks)
        {
            _ = Libvirt.virConnectDomainEventDeregisterAny(connection.Handle, callback);
        }

        _callbacks.Clear();
    }

    private static HypervisorException LostConnection(string host) => new(
        HypervisorFault.Unreachable,
        host,
        0,
        $"The connection to {host} broke; its events are lost from here on.",
        Errors.RecommendedAction.For(HypervisorFault.Unreachable));
}
