using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Errors;
using VirtMigration.Ports;

namespace VirtMigration.Native;

/// <summary>What is going on: one VM, and all migrations.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public async Task<VmObservation> ObserveAsync(Guid vm, CancellationToken cancellationToken)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bounds.Observation);
        try
        {
            return await ReadAsync(_connections.Control, vm, "say where a VM is", Observe, bound.Token);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            return new VmObservation { Host = Registration.Name, Answered = true };
        }
        catch (HypervisorException error)
        {
            return VmObservation.NoAnswer(Registration.Name, error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return VmObservation.NoAnswer(Registration.Name, $"nothing came within {Bounds.Observation.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ActiveMigration>> ListMigrationsAsync(CancellationToken cancellationToken)
    {
        ConnectionLane lane = _connections.Monitoring;
        IReadOnlyList<ActiveDomain> domains = await lane.ReadAsync("list its running VMs", ActiveDomain.List, cancellationToken);
        ActiveMigration?[] migrations = await Task.WhenAll(domains.Select(domain => LookAsync(lane, domain, cancellationToken)));
        return [.. migrations.OfType<ActiveMigration>()];
    }

    // One VM whose QEMU hangs must not hide the migrations of all the others: its own answer falls back on its state.
    private async Task<ActiveMigration?> LookAsync(ConnectionLane lane, ActiveDomain active, CancellationToken cancellationToken)
    {
        MigrationDirection? side = DomainState.SideOf(active.State, active.Reason);
        MigrationCounters? counters = null;
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bounds.Observation);
        try
        {
            JobRecord? job = await ReadAsync(lane, active.Uuid, "tell a VM's job", domain => domain.GetJob(), bound.Token);
            if (job is { IsOutgoingMigration: true })
            {
                side = MigrationDirection.Outgoing;
                counters = job.Counters;
            }
        }
        catch (HypervisorException error) when (error.Code == (int)ErrorCode.OperationUnsupported)
        {
            // "migration statistics are available only on the source host": the sure sign of an incoming migration.
            side = MigrationDirection.Incoming;
        }
        catch (HypervisorException error) when (error.Fault is not HypervisorFault.Unreachable)
        {
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }

        return side is { } direction ? new(Registration.Name, active.Uuid, active.Name, direction, counters) : null;
    }

    private VmObservation Observe(LibvirtDomain domain)
    {
        (int state, int reason) = domain.State;
        bool active = domain.IsActive;
        return new VmObservation
        {
            Host = Registration.Name,
            Answered = true,
            Present = true,
            State = DomainState.StateOf(state),
            Reason = DomainState.ReasonOf(state, reason),
            Active = active,
            Persistent = domain.IsPersistent,
            JobRunning = active && HasMigration(domain),
        };
    }

    // Only a driver without jobs is sure to have none; any other refusal comes from a VM that something is being done to.
    private static bool HasMigration(LibvirtDomain domain)
    {
        try
        {
            return domain.GetJob() is { IsOutgoingMigration: true };
        }
        catch (HypervisorException error) when (error.Fault is not (HypervisorFault.VmNotFound or HypervisorFault.Unreachable))
        {
            return error.Code is not ((int)ErrorCode.NoSupport or (int)ErrorCode.OperationInvalid);
        }
    }
}
