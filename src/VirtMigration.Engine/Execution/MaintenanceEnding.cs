using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Ends hosts' maintenance: VMs may come to the host again, and on request those that were moved away are brought back. Who is to
/// be brought back stays in the record until both hosts say that it is: whatever interrupts the command, running it again goes on.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="ownership">In whose hands hosts are.</param>
/// <param name="clock">The clock.</param>
/// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
public sealed class MaintenanceEnding(IHypervisor hypervisor, HostRegistry registry, MigrationOwnership ownership, TimeProvider clock, string operatorName)
{
    private readonly HostPictures _pictures = new(hypervisor);

    private MaintenanceCatalog Catalog => new(registry.Store);

    private InventoryReader Inventory => new(hypervisor, registry);

    /// <summary>What ending a host's maintenance would do. Touches nothing.</summary>
    /// <param name="host">The host by name.</param>
    /// <param name="bringBack">Whether the VMs that were moved away are brought back.</param>
    /// <param name="force">Whether it is ended too where it cannot be told whether somebody is at it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostNotFound, HostNotInMaintenance, HostMaintenanceHeld; and HostUnreachable where VMs are to
    /// be brought back to a host that does not answer.</exception>
    public async Task<ProposedMaintenanceEnd> ProposeAsync(string host, bool bringBack, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);

        // A record may have outlived its host's registration; a name that is neither is told with the nearest names.
        HostMaintenance? record = Catalog.Find(host);
        HostRegistration? registration = record is null || bringBack
            ? registry.Find(host)
            : registry.All().FirstOrDefault(one => Same(one.Name, host));
        record ??= MaintenanceCatalog.Required(registry.Store.Load(), registration!.Name);
        HypervisorException? silent = await RequireFreeAsync(record, registration, force, cancellationToken);
        return !bringBack ? new() { Record = record, BringsBack = false }
            : silent is not null ? throw silent
            : await FindAsync(record, cancellationToken);
    }

    /// <summary>Does the part that concerns the host: it takes VMs again. The VMs that return are migrated afterwards, by whoever
    /// asked.</summary>
    /// <param name="proposed">What was proposed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The host in this shell's hands, until it is disposed; null where nobody is brought back.</returns>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance or HostMaintenanceHeld.</exception>
    public async Task<HeldLease?> ApplyAsync(ProposedMaintenanceEnd proposed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        string host = proposed.Record.Host;
        if (!proposed.BringsBack)
        {
            _ = Catalog.End(host);
            return null;
        }

        IHypervisorHost home = await hypervisor.ConnectAsync(registry.Find(host), cancellationToken);
        HeldLease held = await TakeAsync(host, (await home.GetFactsAsync(cancellationToken)).Uuid, cancellationToken);
        try
        {
            _ = Catalog.BringBack(host, operatorName, ownership.Shell, clock.GetUtcNow());
            _ = Catalog.Strike(host, proposed.Settled);
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the definition of a VM that is shut off back.</summary>
    /// <param name="vm">The VM as it is listed.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Gives up before the move begins.</param>
    /// <exception cref="VirtMigrationException">DestinationUnfit, or as of <see cref="StoppedVmMover.MoveAsync"/>.</exception>
    public async Task<StoppedVmResult> ReturnDefinitionAsync(VirtualMachine vm, string host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        (IReadOnlyList<DestinationCandidate> candidates, IReadOnlyList<(string Host, HypervisorException Error)> silent) =
            await new DestinationSurvey(registry, _pictures, new()).LookAsync(vm, new PlanOptions(), [host], cancellationToken);
        if (candidates.Count == 0)
        {
            throw silent[0].Error;
        }

        _ = DestinationSelector.Require(StoppedVmFit.Report(candidates[0]));
        return await new StoppedVmMover(clock).MoveAsync(
            vm,
            await hypervisor.ConnectAsync(registry.Find(vm.Host), cancellationToken),
            await hypervisor.ConnectAsync(registry.Find(host), cancellationToken),
            cancellationToken);
    }

    /// <summary>Strikes off who is back, as the hosts say, and says who is not.</summary>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is still to be done, in one sentence; null: everybody is back.</returns>
    public async Task<string?> SettleAsync(string host, CancellationToken cancellationToken)
    {
        if (Catalog.Find(host) is not HostMaintenance record || record.State != HostMaintenanceState.BringingBack)
        {
            return null;
        }

        ProposedMaintenanceEnd now = await FindAsync(record, cancellationToken);
        return Catalog.Strike(record.Host, now.Settled) is { Moved.Count: > 0 } left
            ? $"{ProposedMaintenanceEnd.Count(left.Moved.Count)} of host '{host}' {(left.Moved.Count == 1 ? "is" : "are")} not back: {string.Join(", ", left.Moved.Select(moved => $"{moved.VM} (on {moved.To})"))}. "
                + $"Stop-VmHostMaintenance {host} -BringBack tries again; without -BringBack they stay where they are"
            : null;
    }

    private async Task<ProposedMaintenanceEnd> FindAsync(HostMaintenance record, CancellationToken cancellationToken)
    {
        (IReadOnlyList<VirtualMachine> all, IReadOnlyList<HypervisorException> errors) = await Inventory.ListAsync(registry.All(), cancellationToken);
        ILookup<Guid, VirtualMachine> vms = all.ToLookup(vm => vm.Uuid);
        List<VirtualMachine> returning = [];
        List<Guid> settled = [];
        List<string> warnings = [];
        foreach (MovedVm moved in record.Moved)
        {
            VirtualMachine[] known = [.. vms[moved.Uuid]];
            VirtualMachine[] active = Array.FindAll(known, vm => !ProposedMaintenanceEnd.IsOff(vm));
            VirtualMachine[] there = active.Length > 0 ? active : known;
            string? warning = there switch
            {
                [] when errors.Count > 0 => $"VM '{moved.VM}' is on none of the hosts that answered, and stays on the list: {string.Join("; ", errors.Select(error => error.Message))}",
                [] => $"VM '{moved.VM}' is on no registered host any more, and is left out",
                [_, _, ..] => $"VM '{moved.VM}' is on {string.Join(" and ", there.Select(vm => vm.Host))}, and stays on the list",
                [VirtualMachine one] when Same(one.Host, record.Host) || Same(one.Host, moved.To) => null,
                [VirtualMachine one] => $"VM '{moved.VM}' was moved to {moved.To}, and somebody moved it to {one.Host} since: it is left there",
            };
            if (warning is not null)
            {
                warnings.Add(warning);
            }

            if (there is [VirtualMachine only] && Same(only.Host, moved.To) && !Same(only.Host, record.Host))
            {
                returning.Add(only);
            }
            else if (there.Length == 1 || (there.Length == 0 && errors.Count == 0))
            {
                settled.Add(moved.Uuid);
            }
        }

        return new() { Record = record, BringsBack = true, Returning = returning.ToArray(), Settled = settled.ToArray(), Warnings = warnings.ToArray() };
    }

    // A host that does not answer cannot be named to the leases; then what its record says of the shell is all there is.
    private async Task<HypervisorException?> RequireFreeAsync(HostMaintenance record, HostRegistration? registration, bool force, CancellationToken cancellationToken)
    {
        HypervisorException? silent = null;
        if (registration is not null)
        {
            try
            {
                IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
                (MigrationLease? lease, bool? alive) = await ownership.LookAsync((await host.GetFactsAsync(cancellationToken)).Uuid, cancellationToken);
                return lease is null || alive == false || (alive is null && force) ? null : throw Held(record.Host, lease.ToString(), alive);
            }
            catch (HypervisorException error)
            {
                silent = error;
            }
        }

        return record.State is HostMaintenanceState.Evacuating or HostMaintenanceState.BringingBack && record.Shell is ShellProcess shell && !force && ownership.IsAlive(shell) != false
            ? throw Held(record.Host, $"{record.Operator}, {shell}", null)
            : silent;
    }

    private async Task<HeldLease> TakeAsync(string host, Guid uuid, CancellationToken cancellationToken)
    {
        try
        {
            return await ownership.TakeAsync(new(uuid, host, operatorName, "maintenance"), cancellationToken);
        }
        catch (VirtMigrationException error) when (error.ErrorId == "MigrationHeld")
        {
            MigrationLease? lease = (await ownership.LookAsync(uuid, cancellationToken)).Lease;
            throw Held(host, lease?.ToString() ?? "another shell", true);
        }
    }

    private static VirtMigrationException Held(string host, string holder, bool? alive) => new(
        "HostMaintenanceHeld",
        alive == true
            ? $"The maintenance of host '{host}' is in the hands of {holder}, who moves its VMs at this moment."
            : $"The maintenance of host '{host}' is in the hands of {holder}, of whom it cannot be told from here whether it still moves VMs.",
        alive == true ? "Wait until that command has ended, or stop it there (Ctrl+C, Stop-Job), then try again." : "See there whether the command still runs; if not: -Force.",
        host);

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
