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
        VmObservation? seen = null;
        try
        {
            return await ReadAsync(
                _connections.Control,
                vm,
                "say where a VM is",
                domain =>
                {
                    // A VM that does not answer for its job is one that something is still being done to.
                    seen = Look(domain) with { JobRunning = true };
                    return seen with { JobRunning = seen.Active && HasMigration(domain) };
                },
                bound.Token);
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
            return seen ?? VmObservation.NoAnswer(Registration.Name, $"nothing came within {Bounds.Observation.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ActiveMigration>> ListMigrationsAsync(CancellationToken cancellationToken)
    {
        ConnectionLane lane = _connections.Monitoring;
        IReadOnlyList<ActiveDomain> domains = await lane.ReadAsync("list its running VMs", ActiveDomain.List, cancellationToken);
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bounds.Call);
        List<ActiveMigration> migrations = [];
        for (int next = 0; next < domains.Count;)
        {
            MigrationSurvey survey = new(domains, next);
            bool complete = await TryRunAsync(lane, survey, bound.Token);
            cancellationToken.ThrowIfCancellationRequested();
            (IReadOnlyList<ActiveMigration> found, next) = survey.Take();
            migrations.AddRange(found);
            if (!complete && next < domains.Count)
            {
                // One VM whose QEMU hangs must not hide the migrations of all the others.
                migrations.AddRange(domains[next].MigrationByState(Registration.Name) is { } migration ? [migration] : []);
                next++;
            }
        }

        return migrations;
    }

    // Once the bound of the whole call has passed, every further run ends at once, and the VMs that are left go by their state.
    private static async Task<bool> TryRunAsync(ConnectionLane lane, MigrationSurvey survey, CancellationToken cancellationToken)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bounds.Observation);
        try
        {
            return await lane.ReadAsync("tell its migrations", survey.Run, bound.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private VmObservation Look(LibvirtDomain domain)
    {
        (int state, int reason) = domain.State;
        return new VmObservation
        {
            Host = Registration.Name,
            Answered = true,
            Present = true,
            State = DomainState.StateOf(state),
            Reason = DomainState.ReasonOf(state, reason),
            Active = domain.IsActive,
            Persistent = domain.IsPersistent,
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
