using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Lists the migrations under way, from what the hosts show.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="clock">The clock.</param>
/// <param name="ownership">Says in whose hands they are.</param>
public sealed class MigrationLister(IHypervisor hypervisor, TimeProvider clock, MigrationOwnership ownership)
{
    /// <summary>The migrations of some hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The migrations by VM, and an error for each host that did not answer.</returns>
    public async Task<(IReadOnlyList<VmMigration> Migrations, IReadOnlyList<HypervisorException> Errors)> ListAsync(
        IReadOnlyList<HostRegistration> hosts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        List<HypervisorException> errors = [];
        List<ActiveMigration> shown = [];
        Dictionary<string, IHypervisorHost> opened = [];
        foreach (Task<(IHypervisorHost Host, IReadOnlyList<ActiveMigration> Shown)> one in hosts.Select(host => ReadAsync(host, cancellationToken)).ToList())
        {
            try
            {
                (IHypervisorHost host, IReadOnlyList<ActiveMigration> its) = await one;
                opened[host.Registration.Name] = host;
                shown.AddRange(its);
            }
            catch (HypervisorException error)
            {
                errors.Add(error);
            }
        }

        List<VmMigration> migrations = [];
        foreach (IGrouping<Guid, ActiveMigration> sides in shown.GroupBy(one => one.Vm))
        {
            ActiveMigration? outgoing = sides.FirstOrDefault(one => one.Direction == MigrationDirection.Outgoing);
            ActiveMigration? incoming = sides.FirstOrDefault(one => one.Direction == MigrationDirection.Incoming);
            MigrationIntent? intent = outgoing is null ? null : await IntentAsync(opened[outgoing.Host], outgoing.Vm, cancellationToken);
            intent = intent is not null && IntentRule.Fits(intent, outgoing?.Counters, incoming?.Host, clock.GetUtcNow()) ? intent : null;
            (MigrationLease? lease, bool? alive) = outgoing is null ? (null, null) : await ownership.LookAsync(outgoing.Vm, cancellationToken);
            migrations.Add(Describe(sides.First(), outgoing, incoming, intent, alive == false ? null : lease));
        }

        return ([.. migrations.OrderBy(one => one.VM, StringComparer.OrdinalIgnoreCase)], errors);
    }

    private async Task<(IHypervisorHost Host, IReadOnlyList<ActiveMigration> Shown)> ReadAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        return (host, await host.ListMigrationsAsync(cancellationToken));
    }

    private static async Task<MigrationIntent?> IntentAsync(IHypervisorHost host, Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            return await host.GetIntentAsync(vm, cancellationToken);
        }
        catch (HypervisorException)
        {
            // The migration may have ended since it was listed.
            return null;
        }
    }

    private VmMigration Describe(ActiveMigration any, ActiveMigration? outgoing, ActiveMigration? incoming, MigrationIntent? intent, MigrationLease? lease)
    {
        MigrationSample? sample = outgoing?.Counters is MigrationCounters counters
            ? new ProgressEstimator(any.Name, outgoing.Host, incoming?.Host, clock).Sample(counters)
            : null;
        bool broken = outgoing is { Broken: true } || incoming is { Broken: true };
        (string controller, bool? attended) = ControllerOf(outgoing, intent, lease);
        return new()
        {
            VM = any.Name,
            Uuid = any.Vm,
            Source = outgoing?.Host,
            Destination = incoming?.Host ?? intent?.Destination,
            Phase = broken ? MigrationPhase.Broken : sample?.Phase,
            Percent = sample?.Percent,
            Pass = sample?.Pass,
            Remaining = sample?.Remaining,
            Total = sample?.Total,
            Rate = sample?.Rate,
            DirtyRate = sample?.DirtyRate,
            Elapsed = sample?.Elapsed,
            Eta = broken ? null : sample?.Eta,
            Outlook = !broken ? sample?.Outlook
                : outgoing is null || incoming is null ? $"broken in post-copy, and only one half was found: Resume-VmMigration {any.Name} says what is left"
                : $"broken in post-copy: Resume-VmMigration {any.Name}",
            Policy = lease is { TakenOverFrom: not null } ? lease.Policy : intent?.Policy,
            Controller = controller,
            Attended = attended,
        };
    }

    private (string Controller, bool? Attended) ControllerOf(ActiveMigration? outgoing, MigrationIntent? intent, MigrationLease? lease)
    {
        if (outgoing is null)
        {
            return ("not known: the source did not answer", null);
        }

        if (lease is { TakenOverFrom: string before })
        {
            return ($"{Who(lease.Operator, lease.Shell)}, took it over from {before} at {MigrationOwnership.Moment(lease.TakenAt)}", ownership.IsAlive(lease.Shell));
        }

        if (intent is null)
        {
            return ("started elsewhere", null);
        }

        string who = Who(intent.Operator, intent.Shell());
        return ownership.IsAlive(intent.Shell()) switch
        {
            true => (who, true),
            null => (who, null),
            false => ($"unattended: {who} is gone, and nobody runs the schedule of policy {intent.Policy}; take it over: Watch-VmMigration {outgoing.Name} -TakeOver", false),
        };
    }

    private string Who(string user, ShellProcess shell) =>
        shell.Machine.Equals(ownership.Shell.Machine, StringComparison.OrdinalIgnoreCase) ? $"{user}, process {shell.Id}" : $"{user}, {shell}";
}
