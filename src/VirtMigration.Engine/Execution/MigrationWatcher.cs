using System.Runtime.CompilerServices;
using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Watches a migration that somebody else drives. It only looks.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="lister">Finds the migration.</param>
/// <param name="clock">The clock.</param>
public sealed class MigrationWatcher(IHypervisor hypervisor, MigrationLister lister, TimeProvider clock)
{
    // So many polls in a row without an answer are a source that is gone, not a poll that libvirt refused.
    private const int PatienceInPolls = 20;

    // A small guest moves in a second.
    private static readonly TimeSpan s_waitInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromHours(1);

    /// <summary>The migration of a VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="hosts">The hosts to look on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationNotFound: it is not being migrated, or the host that it may leave does not
    /// answer.</exception>
    public Task<VmMigration> FindAsync(VirtualMachine vm, IReadOnlyList<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return MigrationSearch.FindAsync(lister, vm, hosts, "List what is under way: Get-VmMigration. Wait for it to begin: Watch-VmMigration -Wait.", cancellationToken);
    }

    /// <summary>The migration of a VM, waited for where it has not begun.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="hosts">The hosts to look on. One that does not answer is asked again.</param>
    /// <param name="timeout">How long; null: until it begins or the waiting is given up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationNotBegun: it has not begun within the time.</exception>
    public async Task<VmMigration> WaitAsync(VirtualMachine vm, IReadOnlyList<HostRegistration> hosts, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        long began = clock.GetTimestamp();
        while (true)
        {
            (IReadOnlyList<VmMigration> all, IReadOnlyList<HypervisorException> errors) = await lister.ListAsync(hosts, cancellationToken);
            if (MigrationSearch.Of(all, vm) is VmMigration found)
            {
                return found;
            }

            if (timeout is TimeSpan most && clock.GetElapsedTime(began) >= most)
            {
                string silent = errors.Count == 0 ? string.Empty : $" Whether {MigrationSearch.Names(errors)} would have shown it is not known: {errors[0].Message}";
                throw new VirtMigrationException("MigrationNotBegun", $"No migration of VM '{vm.Name}' has begun within {DurationText.Exact(most)}.{silent}",
                    "Wait for longer, or list what is under way: Get-VmMigration.", vm.Name);
            }

            await Task.Delay(s_waitInterval, clock, cancellationToken);
        }
    }

    /// <summary>Refuses what is stated without what it is for.</summary>
    /// <param name="waits">Whether a migration is waited for.</param>
    /// <param name="timeout">For how long; null: not stated.</param>
    /// <param name="takesOver">Whether it is taken over.</param>
    /// <param name="policy">By which policy; null: not stated.</param>
    /// <exception cref="VirtMigrationException">TimeoutWithoutWait, TimeoutOutOfRange or PolicyWithoutTakeOver.</exception>
    public static void CheckWishes(bool waits, TimeSpan? timeout, bool takesOver, string? policy)
    {
        if (timeout is TimeSpan stated)
        {
            if (!waits)
            {
                throw new VirtMigrationException("TimeoutWithoutWait", $"A timeout of {DurationText.Exact(stated)} is stated, but nothing is waited for.",
                    "Say -Wait too, or leave -Timeout out.");
            }

            if (stated <= TimeSpan.Zero)
            {
                throw new VirtMigrationException("TimeoutOutOfRange", $"A timeout of {DurationText.Exact(stated)} leaves no time to wait.",
                    "State a longer one, for example 10min.");
            }
        }

        if (policy is not null && !takesOver)
        {
            throw new VirtMigrationException("PolicyWithoutTakeOver", $"Policy {policy} is stated, but who only watches runs no schedule.",
                "Say -TakeOver too, or leave -Policy out.");
        }
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
