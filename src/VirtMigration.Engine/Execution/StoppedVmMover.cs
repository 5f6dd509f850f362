using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Moves the definition of a VM that is shut off to another host, and says where it is then. It starts, stops and undefines
/// nothing; what the hypervisor does in its one call is all. Whether the VM would find its disks and networks there is asked before:
/// <see cref="Placement.StoppedVmFit"/>.</summary>
/// <param name="clock">The clock.</param>
public sealed class StoppedVmMover(TimeProvider clock)
{
    /// <summary>How long a host that does not answer afterwards is waited for: 30 s, within which a daemon that was started anew
    /// answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is asked meanwhile.</summary>
    public TimeSpan AskEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Moves it.</summary>
    /// <param name="vm">The VM as it was listed.</param>
    /// <param name="source">The host it is on.</param>
    /// <param name="destination">The host it is to go to.</param>
    /// <param name="cancellationToken">Gives up before the move begins; once it has begun it is seen to its end, and only a host that does
    /// not answer is no longer waited for.</param>
    /// <exception cref="VirtMigrationException">HostUnreachable, VmNotFound, VmIsRunning, VmSaved, VmHasSnapshots or DefinitionOnBoth: nothing
    /// was touched.</exception>
    public async Task<StoppedVmResult> MoveAsync(VirtualMachine vm, IHypervisorHost source, IHypervisorHost destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        string from = source.Registration.Name;
        string to = destination.Registration.Name;
        await RequireMovableAsync(vm, source, from, cancellationToken);
        await RequireRoomAsync(vm, destination, from, to, cancellationToken);
        SavedDefinition saved = await source.SaveDefinitionAsync(vm.Uuid, cancellationToken) ?? throw Gone(vm, from);

        // What was read may be a second old, and the hypervisor would take a VM that runs.
        RequireOff(vm, await source.ObserveAsync(vm.Uuid, cancellationToken), from);
        HypervisorException? failure = null;
        try
        {
            await source.MigrateDefinitionAsync(vm.Uuid, destination);
        }
        catch (HypervisorException error)
        {
            failure = error;
        }

        (VmObservation onSource, VmObservation onDestination, DefinitionEndState state) = await AskAsync(vm.Uuid, source, destination, failure is null, cancellationToken);
        List<string> notices = [];
        VirtMigrationException? lost = null;
        if (state == DefinitionEndState.Nowhere)
        {
            lost = await RestoreAsync(vm, saved, source, destination, notices);
            (onSource, onDestination, state) = await AskAsync(vm.Uuid, source, destination, false, cancellationToken);
        }
        else if (state == DefinitionEndState.Moved && saved.Autostart)
        {
            await TryAsync(notices, $"autostart could not be set on {to}", () => destination.SetAutostartAsync(vm.Uuid, true, CancellationToken.None));
        }

        StoppedVmResult result = new()
        {
            VM = vm.Name,
            Uuid = vm.Uuid,
            Source = from,
            Destination = to,
            EndState = state,
            Host = state switch
            {
                DefinitionEndState.Moved => to,
                DefinitionEndState.Stayed => from,
                _ => null,
            },
            Autostart = saved.Autostart,
            OnSource = onSource,
            OnDestination = onDestination,
            Notices = notices.ToArray(),
        };
        (string Id, string Text, string Action)? wrong = Error(result, failure, lost, source, destination);
        return wrong is (string id, string text, string action) ? result with { ErrorId = id, Error = text, RecommendedAction = action } : result;
    }

    private static async Task RequireMovableAsync(VirtualMachine vm, IHypervisorHost source, string from, CancellationToken cancellationToken)
    {
        RequireOff(vm, await source.ObserveAsync(vm.Uuid, cancellationToken), from);
        VmDefinition definition = await source.GetDefinitionAsync(vm.Uuid, cancellationToken);
        if (definition.ManagedSave)
        {
            throw Saved(vm.Name, from);
        }

        if (definition.Snapshots > 0)
        {
            throw new VirtMigrationException("VmHasSnapshots",
                $"VM '{vm.Name}' on {from} has {definition.Snapshots} snapshot{(definition.Snapshots == 1 ? string.Empty : "s")}, which libvirt refuses to move.",
                "Delete them (virsh snapshot-delete; with --metadata the disk keeps what they hold), then try again.", vm.Name);
        }
    }

    // libvirt would put the definition that comes in the place of the one that is there.
    private static async Task RequireRoomAsync(VirtualMachine vm, IHypervisorHost destination, string from, string to, CancellationToken cancellationToken)
    {
        VmObservation there = await destination.ObserveAsync(vm.Uuid, cancellationToken);
        if (!there.Answered)
        {
            throw Silent(vm, destination, there);
        }

        if (there.Present)
        {
            throw new VirtMigrationException("DefinitionOnBoth",
                $"VM '{vm.Name}' is shut off on {from}, and {to} knows a VM of the same UUID already ({there}).",
                "Find out which of the two is the right one; remove the other by hand (virsh undefine).", vm.Name);
        }
    }

    private static void RequireOff(VirtualMachine vm, VmObservation here, string host)
    {
        if (!here.Answered)
        {
            throw new VirtMigrationException("HostUnreachable", $"Host {host} did not answer: {here.Error}", "See to it that it answers, then try again: Get-VmHost.", vm.Name);
        }

        if (!here.Present)
        {
            throw Gone(vm, host);
        }

        if (here.Active)
        {
            throw new VirtMigrationException("VmIsRunning", $"VM '{vm.Name}' is not shut off any more: it is {here.State} on {host}.",
                $"Migrate it: Start-VmLiveMigration {vm.Name}.", vm.Name);
        }
    }

    /// <summary>The error for a VM whose memory was saved on its host.</summary>
    internal static VirtMigrationException Saved(string vm, string host) => new("VmSaved",
        $"The memory of VM '{vm}' was saved on {host} (managed save). Only its definition would move: the guest would lose what was in memory, and a start on {host} later on would put it over disks that have changed since.",
        $"Start it and migrate it live, or shut it down properly first; to do without what was saved: virsh managedsave-remove {vm}.", vm);

    private static VirtMigrationException Gone(VirtualMachine vm, string host) =>
        new("VmNotFound", $"VM '{vm.Name}' ({vm.Uuid}) is not defined on {host} any more.", $"List it again: Get-VM {vm.Name}.", vm.Name);

    private static VirtMigrationException Silent(VirtualMachine vm, IHypervisorHost host, VmObservation said) => new("HostUnreachable",
        $"Host {host.Registration.Name} did not answer: {said.Error}", $"See to it that {host.Registration.ConnectUri} answers, then try again.", vm.Name);

    private async Task<(VmObservation Source, VmObservation Destination, DefinitionEndState State)> AskAsync(
        Guid vm, IHypervisorHost source, IHypervisorHost destination, bool saidToHaveMoved, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            VmObservation[] said = await Task.WhenAll(source.ObserveAsync(vm, CancellationToken.None), destination.ObserveAsync(vm, CancellationToken.None));
            DefinitionEndState state = DefinitionEndClassifier.Classify(said[0], said[1], saidToHaveMoved);
            if (state != DefinitionEndState.Unknown || stop.IsCancellationRequested || clock.GetElapsedTime(start) >= Patience)
            {
                return (said[0], said[1], state);
            }

            await Task.Delay(AskEvery, CancellationToken.None);
        }
    }

    // Where it was it certainly fits. A definition that is nowhere is the only thing that is ever defined here.
    private static async Task<VirtMigrationException> RestoreAsync(
        VirtualMachine vm, SavedDefinition saved, IHypervisorHost source, IHypervisorHost destination, List<string> notices)
    {
        foreach (IHypervisorHost host in (IHypervisorHost[])[source, destination])
        {
            string name = host.Registration.Name;
            try
            {
                await host.DefineAsync(saved, null, CancellationToken.None);
            }
            catch (HypervisorException error)
            {
                notices.Add($"it could not be defined again on {name}: {error.Message}");
                continue;
            }

            if (saved.Autostart)
            {
                await TryAsync(notices, $"autostart could not be set on {name}", () => host.SetAutostartAsync(vm.Uuid, true, CancellationToken.None));
            }

            return new("DefinitionRestored", $"Neither host had the definition of VM '{vm.Name}' after it was moved; it was defined again on {name}, as it was.",
                $"Look at it: virsh -c {host.Registration.ConnectUri} dumpxml {vm.Name}.", vm.Name);
        }

        return new("DefinitionLost", $"Neither host has the definition of VM '{vm.Name}' after it was moved, and it could not be defined again: {string.Join("; ", notices)}.",
            "Define it from your own copy of its XML (virsh define); its disks were not touched.", vm.Name);
    }

    private static (string Id, string Text, string Action)? Error(
        StoppedVmResult result, HypervisorException? failure, VirtMigrationException? lost, IHypervisorHost source, IHypervisorHost destination)
    {
        string because = failure is null ? string.Empty : $" {failure.Message}";
        return lost is not null ? (lost.ErrorId, lost.Message, lost.RecommendedAction)
            : result.EndState switch
            {
                DefinitionEndState.Moved => null,
                DefinitionEndState.Stayed => (failure?.ErrorId ?? "DefinitionStayed", $"{result.Describe()}{because}", failure?.RecommendedAction ?? "Try again."),
                DefinitionEndState.OnBoth => ("DefinitionOnBoth", $"{result.Describe()}{because}",
                    $"Remove it by hand where it does not belong: virsh -c {(result.OnDestination.Active ? source : destination).Registration.ConnectUri} undefine {result.VM}. Until then start it on one host only."),
                _ => ("DefinitionUnknown", $"{result.Describe()}{because}", $"See to it that both hosts answer, then: Get-VM {result.VM}. Do not start it before."),
            };
    }

    private static async Task TryAsync(List<string> notices, string failure, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (HypervisorException error)
        {
            notices.Add($"{failure}: {error.Message}");
        }
    }
}
