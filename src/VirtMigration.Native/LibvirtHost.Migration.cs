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
    public Task<MigrationCounters?> GetJobAsync(Guid vm, CancellationToken cancellationToken) => ReadAsync(
        _connections.Monitoring,
        vm,
        "tell a VM's job",
        domain => domain.GetJob() is { IsOutgoingMigration: true } job ? job.Counters : null,
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
        ConnectionLane lane = _connections.Monitoring;
        return await lane.ReadAsync<IMigrationEvents>(
            "send a VM's events",
            connection => MigrationSubscription.Open(connection, lane, vm),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<TimeSpan> GetMaxDowntimeAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's downtime limit", domain => domain.MaxDowntime, cancellationToken);

    /// <inheritdoc/>
    public Task SetMaxDowntimeAsync(Guid vm, TimeSpan downtime, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's downtime limit", domain => domain.MaxDowntime = downtime, cancellationToken);

    /// <inheritdoc/>
    public Task SetMaxBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set a VM's migration bandwidth", domain => domain.SetMaxSpeed(bandwidth), cancellationToken);

    /// <inheritdoc/>
    public Task AbortJobAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "abort a VM's migration", domain => domain.AbortJob(), cancellationToken);

    /// <inheritdoc/>
    public Task StartPostCopyAsync(Guid vm, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "switch a VM's migration to post-copy", domain => domain.StartPostCopy(), cancellationToken);

    /// <inheritdoc/>
    public async Task MigrateAsync(Guid vm, TransferSettings settings, IHypervisorHost destination)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using MigrationLease source = await _connections.RentForMigrationAsync();
        using MigrationLease? target = settings.Uses(MigrationTechniques.PeerToPeer)
            ? null
            : await (destination as LibvirtHost
                ?? throw new ArgumentException("A managed migration needs a libvirt host.", nameof(destination)))
                ._connections.RentForMigrationAsync();
        void Migrate()
        {
            using LibvirtDomain domain = source.Connection.Find(vm);
            if (target is null)
            {
                domain.MigratePeerToPeer(settings);
            }
            else
            {
                domain.MigrateManaged(settings, target.Connection);
            }
        }

        // The call lasts as long as the migration: it gets a thread of its own.
        await Task.Factory.StartNew(Migrate, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
