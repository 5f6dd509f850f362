using System.Diagnostics;
using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Stops a migration in pre-copy, whoever started it, and says where the VM is then.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class MigrationStopper(IHypervisor hypervisor, HostRegistry registry)
{
    // An abort takes 0.03 s where the network is well; the bound is for where it is not.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Aborts a migration and waits until both hosts have settled.</summary>
    /// <param name="migration">The migration.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VirtMigrationException">PostCopyCannotBeStopped, or what the host answers to the abort.</exception>
    public async Task<StoppedMigration> StopAsync(VmMigration migration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migration);
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
