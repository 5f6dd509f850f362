using System.Runtime.CompilerServices;
using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Watches a migration that somebody else drives. It only looks.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="lister">Finds the migration.</param>
/// <param name="clock">The clock.</param>
public sealed class MigrationWatcher(IHypervisor hypervisor, MigrationLister lister, TimeProvider clock)
{
    // So many polls in a row without an answer are a source that is gone, not a poll that libvirt refused.
    private const int PatienceInPolls = 20;

    /// <summary>The migration of a VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="hosts">The hosts to look on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationNotFound: it is not being migrated.</exception>
    public async Task<VmMigration> FindAsync(VirtualMachine vm, IReadOnlyList<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        (IReadOnlyList<VmMigration> all, _) = await lister.ListAsync(hosts, cancellationToken);
        return all.FirstOrDefault(one => one.Uuid == vm.Uuid && one.Source is not null)
            ?? throw new VirtMigrationException("MigrationNotFound", $"VM '{vm.Name}' is not being migrated.",
                "List what is under way: Get-VmMigration.", vm.Name);
    }

    /// <summary>Samples until the migration ends; the last one has the phase Ended.</summary>
    /// <param name="migration">The migration.</param>
    /// <param name="source">The source's addresses.</param>
    /// <param name="interval">The time between samples.</param>
    /// <param name="cancellationToken">Stops looking; the migration goes on.</param>
    public async IAsyncEnumerable<MigrationSample> WatchAsync(
        VmMigration migration,
        HostRegistration source,
        TimeSpan interval,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migration);
        IHypervisorHost host = await hypervisor.ConnectAsync(source, cancellationToken);
        await using IMigrationEvents events = await host.SubscribeAsync(migration.Uuid, cancellationToken);
        ProgressEstimator estimator = new(migration.VM, source.Name, migration.Destination, clock);
        MigrationCounters? completed = null;
        int silent = 0;
        while (silent < PatienceInPolls)
        {
            MigrationCounters? counters = null;
            bool ended = false;
            try
            {
                counters = await host.GetJobAsync(migration.Uuid, cancellationToken);
                ended = counters is null;
                silent = 0;
            }
            catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
            {
                ended = true;
            }
            catch (HypervisorException)
            {
                silent++;
            }

            while (events.Events.TryRead(out MigrationEvent? one))
            {
                completed = one is JobCompleted done ? done.Counters : completed;
                if (one is PostCopyStarted)
                {
                    estimator.EnterPostCopy();
                }
            }

            if (ended)
            {
                VmObservation there = await host.ObserveAsync(migration.Uuid, cancellationToken);
                yield return estimator.End(completed, there.Answered && !there.Active);
                yield break;
            }

            if (counters is not null)
            {
                yield return estimator.Sample(counters);
            }

            await Task.Delay(interval, cancellationToken);
        }
    }
}
