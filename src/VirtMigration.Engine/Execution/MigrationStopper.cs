using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Stops a migration in pre-copy, whoever started it, or one that waits in a queue of this process, and says where the VM is
/// then.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="queues">The queues of this process; null: there are none.</param>
public sealed class MigrationStopper(IHypervisor hypervisor, HostRegistry registry, QueueRegistry? queues = null)
{
    // An abort takes 0.03 s where the network is well; the bound is for where it is not.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Aborts a migration and waits until both hosts have settled; one that is queued is taken out of its queue.</summary>
    /// <param name="migration">The migration.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VirtMigrationException">PostCopyCannotBeStopped, MigrationLeftQueue, or what the host answers to the
    /// abort.</exception>
    public async Task<StoppedMigration> StopAsync(VmMigration migration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migration);
        if (migration.Phase == MigrationPhase.Queued)
        {
            return await StopQueuedAsync(migration, cancellationToken);
        }

        IHypervisorHost source = await hypervisor.ConnectAsync(registry.Find(migration.Source!), cancellationToken);
        IHypervisorHost? destination = migration.Destination is string name
            ? await hypervisor.ConnectAsync(registry.Find(name), cancellationToken)
            : null;
        VmObservation before = await source.ObserveAsync(migration.Uuid, cancellationToken);
        if (migration.Phase == MigrationPhase.PostCopy || before.Reason is VmStateReason.PostCopy or VmStateReason.PostCopyFailed)
        {
            throw new VirtMigrationException("PostCopyCannotBeStopped",
                $"VM '{migration.VM}' already runs on {migration.Destination ?? "the destination"} while its memory follows from {migration.Source}: stopping it now would lose the guest.",
                before.Reason == VmStateReason.PostCopyFailed ? $"It broke, and can be recovered: Resume-VmMigration {migration.VM}."
                    : $"Let it finish: Watch-VmMigration {migration.VM}.",
                migration.VM);
        }

        MigrationIntent? intent = await IntentAsync(source, migration.Uuid, cancellationToken);
        await source.AbortJobAsync(migration.Uuid, cancellationToken);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            VmObservation onSource = await source.ObserveAsync(migration.Uuid, cancellationToken);
            VmObservation onDestination = destination is null
                ? VmObservation.NoAnswer("the destination", "it is not among the registered hosts")
                : await destination.ObserveAsync(migration.Uuid, cancellationToken);
            MigrationEndState state = EndStateClassifier.Classify(onSource, onDestination, saidToHaveMoved: false);
            bool settled = EndStateClassifier.IsSettled(state, onSource, onDestination) && state != MigrationEndState.InProgress;
            if (settled || Stopwatch.GetElapsedTime(start) > s_patience)
            {
                if (state == MigrationEndState.Stayed)
                {
                    await ClearUpAsync(source, migration.Uuid, intent);
                }

                return new()
                {
                    VM = migration.VM,
                    Uuid = migration.Uuid,
                    Source = migration.Source!,
                    Destination = migration.Destination,
                    EndState = state,
                    OnSource = onSource,
                    OnDestination = onDestination,
                };
            }

            await Task.Delay(s_retry, cancellationToken);
        }
    }

    // Taking it out is certain at once; the hosts are asked so that the answer is theirs.
    private async Task<StoppedMigration> StopQueuedAsync(VmMigration migration, CancellationToken cancellationToken)
    {
        if (queues?.TryStop(migration.Uuid) != true)
        {
            throw new VirtMigrationException("MigrationLeftQueue",
                $"VM '{migration.VM}' waits in the queue no more: its migration was started in this moment, or its command ended.",
                $"See how it stands: Get-VmMigration {migration.VM}; to stop it if it runs: Stop-VmMigration {migration.VM}.", migration.VM);
        }

        VmObservation[] said = await Task.WhenAll(
            ObserveAsync(migration.Source!, migration.Uuid, cancellationToken),
            ObserveAsync(migration.Destination!, migration.Uuid, cancellationToken));
        return new()
        {
            VM = migration.VM,
            Uuid = migration.Uuid,
            Source = migration.Source!,
            Destination = migration.Destination,
            EndState = EndStateClassifier.Classify(said[0], said[1], saidToHaveMoved: false),
            OnSource = said[0],
            OnDestination = said[1],
        };
    }

    // A host that does not answer does not make it less true that the VM left the queue.
    private async Task<VmObservation> ObserveAsync(string host, Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            return await (await hypervisor.ConnectAsync(registry.Find(host), cancellationToken)).ObserveAsync(vm, cancellationToken);
        }
        catch (VirtMigrationException error)
        {
            return VmObservation.NoAnswer(host, error.Message);
        }
    }

    private static async Task<MigrationIntent?> IntentAsync(IHypervisorHost source, Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            return await source.GetIntentAsync(vm, cancellationToken);
        }
        catch (HypervisorException)
        {
            // It only says what to put back.
            return null;
        }
    }

    // A shell that is gone can neither set the downtime limit back nor take its record back, and the next migration, perhaps virsh's,
    // would run with the one and be taken for the other. A shell that lives does the same, to the same values.
    private static async Task ClearUpAsync(IHypervisorHost source, Guid vm, MigrationIntent? intent)
    {
        try
        {
            if (intent?.DowntimeBefore is TimeSpan downtime)
            {
                await source.SetMaxDowntimeAsync(vm, downtime, CancellationToken.None);
            }

            await source.SetIntentAsync(vm, null, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // The migration is stopped all the same.
        }
    }
}
