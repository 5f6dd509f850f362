using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Events;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Native;

/// <summary>Migration: its counters and events, its settings, and the move itself.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task<MigrationCounters?> GetJobAsync(Guid vm, CancellationToken cancellationToken) => _connections.Monitoring.ReadAsync(
        "tell a VM's job",
        connection => connection.FindKept(vm).GetJob() is { IsOutgoingMigration: true } job ? job.Counters : null,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<MigrationCounters?> GetCompletedJobAsync(Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(
                _connections.Monitoring,
                vm,
                "tell a VM's completed job",
                domain => domain.GetCompletedJob() is { IsCompletedMigration: true } job ? job.Counters : null,
                cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault is HypervisorFault.VmNotFound or HypervisorFault.NotSupported)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<IMigrationEvents> SubscribeAsync(Guid vm, CancellationToken cancellationToken)
    {
        // All subscriptions share the connection, and giving up on a call gives up its connection: so this call is never given up.
        ConnectionLane lane = _connections.Events;
        Task<MigrationSubscription> opening = lane.ReadAsync(
            "send a VM's events",
            connection => MigrationSubscription.Open(connection, lane, vm),
            CancellationToken.None);
        try
        {
            return await opening.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(
                static task => task.Exception is null ? task.Result.DisposeAsync().AsTask() : Task.CompletedTask,
                TaskScheduler.Default);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<TimeSpan> GetMaxDowntimeAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's downtime limit", domain => domain.MaxDowntime, cancellationToken);

    /// <inheritdoc/>
    public Task SetMaxDowntimeAsync(Guid vm, TimeSpan downtime, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's downtime limit", domain => domain.MaxDowntime = downtime, cancellationToken);

    /// <inheritdoc/>
    public Task<Bandwidth> GetMaxBandwidthAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's migration bandwidth", domain => domain.GetMaxSpeed(), cancellationToken);

    /// <inheritdoc/>
    public Task SetMaxBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's migration bandwidth", domain => domain.SetMaxSpeed(bandwidth), cancellationToken);

    /// <inheritdoc/>
    public Task<Bandwidth> GetPostCopyBandwidthAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's post-copy bandwidth", domain => domain.GetPostCopySpeed(), cancellationToken);

    /// <inheritdoc/>
    public Task SetPostCopyBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's post-copy bandwidth", domain => domain.SetPostCopySpeed(bandwidth), cancellationToken);

    /// <inheritdoc/>
    public Task AbortJobAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "abort a VM's migration", domain => domain.AbortJob(), cancellationToken);

    /// <inheritdoc/>
    public Task StartPostCopyAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "switch a VM's migration to post-copy", domain => domain.StartPostCopy(), cancellationToken);

    /// <inheritdoc/>
    public Task BreakPostCopyAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "break a VM's post-copy migration", domain => domain.BreakPostCopy(), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsBusyAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Monitoring, vm, "tell what is being done to a VM", domain => domain.IsBusy, cancellationToken);

    /// <inheritdoc/>
    public Task SuspendAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "suspend a VM", domain => domain.Suspend(), cancellationToken);

    /// <inheritdoc/>
    public Task SetSwitchoverBandwidthAsync(Guid vm, Bandwidth? bandwidth, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's switchover bandwidth", domain => domain.SetSwitchoverBandwidth(bandwidth), cancellationToken);

    /// <inheritdoc/>
    public async Task MigrateAsync(Guid vm, TransferSettings settings, IHypervisorHost destination)
    {
        ArgumentNullException.ThrowIfNull(settings);
        DestinationXml? xml = await DestinationXmlAsync(vm, settings);
        if (settings.Uses(MigrationTechniques.PeerToPeer))
        {
            await MigrateAsync(vm, domain => domain.MigratePeerToPeer(settings, xml));
            return;
        }

        ConnectionPool pool = (destination as LibvirtHost
            ?? throw new ArgumentException("A managed migration needs a libvirt host.", nameof(destination)))._connections.Migrations;
        LibvirtConnection target = await pool.RentAsync(CancellationToken.None);
        try
        {
            await MigrateAsync(vm, domain => domain.MigrateManaged(settings, xml, target));
        }
        finally
        {
            pool.Return(target);
        }
    }

    /// <inheritdoc/>
    public Task MigrateDefinitionAsync(Guid vm, IHypervisorHost destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        string uri = destination.Registration.PeerUri;
        return MigrateAsync(vm, domain => domain.MigrateDefinition(uri));
    }

    // Read at the last moment: what was changed since the plan was made goes along.
    private async Task<DestinationXml?> DestinationXmlAsync(Guid vm, TransferSettings settings) => settings.Pins is { } pins
        ? await ReadAsync(
            _connections.Control,
            vm,
            "give a VM other pins",
            domain => domain.GetDestinationXml(pins, settings.Uses(MigrationTechniques.PersistDestination)),
            CancellationToken.None)
        : null;

    private async Task MigrateAsync(Guid vm, Action<LibvirtDomain> migrate)
    {
        LibvirtConnection source = await _connections.Migrations.RentAsync(CancellationToken.None);
        try
        {
            // The call lasts as long as the migration: it gets a thread of its own.
            await Task.Factory.StartNew(
                () =>
                {
                    using LibvirtDomain domain = source.Find(vm);
                    migrate(domain);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        finally
        {
            _connections.Migrations.Return(source);
        }
    }
}
