using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Lists the migrations under way, from what the hosts show.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="clock">The clock.</param>
/// <param name="isAlive">Whether a process of this machine is alive.</param>
public sealed class MigrationLister(IHypervisor hypervisor, TimeProvider clock, Func<int, bool> isAlive)
{
    // Between the record and the job lie a few calls, each bounded at 10 s by its connection; and clocks of machines that are kept in
    // step differ by less than this.
    private static readonly TimeSpan s_startTolerance = TimeSpan.FromSeconds(15);

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
            migrations.Add(Describe(sides.First(), outgoing, incoming, Fits(intent, outgoing, incoming) ? intent : null));
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

    // A record outlives a shell that was killed, and then another migration of the VM must not be taken for that shell's: the record was
    // written just before the job began, and for the host it goes to.
    private bool Fits(MigrationIntent? intent, ActiveMigration? outgoing, ActiveMigration? incoming)
    {
        if (intent is null || outgoing is null)
        {
            return false;
        }

        if (incoming is not null && !incoming.Host.Equals(intent.Destination, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return outgoing.Counters is not MigrationCounters counters
            || BeganWith(intent, counters, clock.GetUtcNow());
    }

    /// <summary>Whether a record was written just before a job began.</summary>
    internal static bool BeganWith(MigrationIntent intent, MigrationCounters counters, DateTimeOffset now) =>
        (now - counters.Elapsed - intent.StartedAt).Duration() <= s_startTolerance;

    private VmMigration Describe(ActiveMigration any, ActiveMigration? outgoing, ActiveMigration? incoming, MigrationIntent? intent)
    {
        MigrationSample? sample = outgoing?.Counters is MigrationCounters counters
            ? new ProgressEstimator(any.Name, outgoing.Host, incoming?.Host, clock).Sample(counters)
            : null;
        bool broken = outgoing is { Broken: true } || incoming is { Broken: true };
        (string controller, bool? attended) = ControllerOf(outgoing, intent);
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
            Policy = intent?.Policy,
            Controller = controller,
            Attended = attended,
        };
    }

    private (string Controller, bool? Attended) ControllerOf(ActiveMigration? outgoing, MigrationIntent? intent)
    {
        if (outgoing is null)
        {
            return ("not known: the source did not answer", null);
        }

        if (intent is null)
        {
            return ("started elsewhere", null);
        }

        string who = $"{intent.Operator}, process {intent.ProcessId}";
        return !intent.Machine.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
            ? ($"{who} on {intent.Machine}", null)
            : isAlive(intent.ProcessId)
                ? (who, true)
                : ($"unattended: {who} is gone, and nobody runs the schedule of policy {intent.Policy}", false);
    }
}
