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

    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromHours(1);

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
    /// <exception cref="VirtMigrationException">IntervalOutOfRange, or MigrationOutOfSight: the source does not answer any more.</exception>
    public async IAsyncEnumerable<MigrationSample> WatchAsync(
        VmMigration migration,
        HostRegistration source,
        TimeSpan interval,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migration);
        CheckInterval(interval);
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

        throw new VirtMigrationException("MigrationOutOfSight",
            $"{source.Name} left {PatienceInPolls} questions after the migration of VM '{migration.VM}' unanswered, so how it stands is not known.",
            $"See to it that {source.Name} answers, then ask: Get-VmMigration and Get-VM {migration.VM}.", migration.VM);
    }

    /// <summary>Refuses an interval that would flood the source's daemon, or show nothing.</summary>
    /// <param name="interval">The time between samples.</param>
    /// <exception cref="VirtMigrationException">IntervalOutOfRange: below 100 ms or above 1 h.</exception>
    public static void CheckInterval(TimeSpan interval)
    {
        if (interval < s_shortestInterval || interval > s_longestInterval)
        {
            throw new VirtMigrationException("IntervalOutOfRange", $"An interval of {interval} is out of the range of 100 ms to 1 h.",
                "State an interval within the range, for example 500ms.");
        }
    }
}
