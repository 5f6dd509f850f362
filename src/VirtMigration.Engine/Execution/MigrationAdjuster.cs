using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Changes running migrations by hand, whoever started them.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="lister">Finds the migration.</param>
public sealed class MigrationAdjuster(IHypervisor hypervisor, HostRegistry registry, MigrationLister lister)
{
    /// <summary>Throws for the first value that cannot be set, whatever the migration.</summary>
    /// <param name="change">What is to be changed.</param>
    /// <param name="vm">The VM as it was named.</param>
    /// <exception cref="VirtMigrationException">NothingToChange, AdjustmentContradicts, DowntimeOutOfRange, BandwidthTooSmall or
    /// BandwidthInvalid.</exception>
    public static void Check(MigrationAdjustment change, string vm)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change == new MigrationAdjustment())
        {
            throw new VirtMigrationException("NothingToChange", $"Nothing is stated that should change for the migration of VM '{vm}'.",
                "State one or more of -MaxDowntime, -Bandwidth, -PostCopyBandwidth, -SwitchoverBandwidth, -Suspend and -PostCopy.", vm);
        }

        if (change.Suspend && change.PostCopy)
        {
            throw new VirtMigrationException("AdjustmentContradicts",
                $"VM '{vm}' cannot be paused and switched to post-copy: post-copy lets the guest run, on the destination, before all its memory is there.",
                "Choose one of -Suspend and -PostCopy.", vm);
        }

        if (change.MaxDowntime is TimeSpan downtime && !QemuLimits.Allows(downtime))
        {
            throw QemuLimits.DowntimeOutOfRange(downtime, vm);
        }

        _ = change.Bandwidth?.ToMebibytesPerSecond();
        _ = change.PostCopyBandwidth?.ToMebibytesPerSecond();
        if (change.SwitchoverBandwidth?.Stated() is Bandwidth rate)
        {
            OptionRules.CheckSwitchover(rate, vm);
        }
    }

    /// <summary>Checks a change against the migration as it is now, and touches nothing.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="change">What is to be changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">As <see cref="Check"/>; MigrationNotFound, MigrationInPostCopy, VmNotRunning or
    /// SwitchoverBandwidthUnavailable.</exception>
    public async Task<ProposedAdjustment> ProposeAsync(VirtualMachine vm, MigrationAdjustment change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        Check(change, vm.Name);
        VmMigration migration = await FindAsync(vm, cancellationToken);
        IHypervisorHost source = await hypervisor.ConnectAsync(registry.Find(migration.Source!), cancellationToken);
        await RequireFitAsync(source, migration, change, cancellationToken);
        List<string> warnings = [];
        Bandwidth? switchover = change.SwitchoverBandwidth is BandwidthChoice choice && choice != BandwidthChoice.None
            ? await SwitchoverAsync(source, migration, choice, warnings, cancellationToken)
            : null;
        if (change.SwitchoverBandwidth is not null)
        {
            warnings.Add($"the switchover bandwidth of VM '{vm.Name}' is set through QEMU's monitor, for which libvirt marks the VM as tainted");
        }

        if (change.MaxDowntime is not null && migration is { Policy: string policy } and not { Attended: false })
        {
            warnings.Add($"the migration of VM '{vm.Name}' is driven by {migration.Controller}: a later step of policy {policy} may set another downtime limit");
        }

        return new()
        {
            Migration = migration,
            Change = change with { MaxDowntime = Whole(change.MaxDowntime), Bandwidth = Whole(change.Bandwidth), PostCopyBandwidth = Whole(change.PostCopyBandwidth) },
            SwitchoverRate = switchover,
            DowntimeBefore = change.MaxDowntime is null ? null : await ReadAsync(() => source.GetMaxDowntimeAsync(vm.Uuid, cancellationToken)),
            BandwidthBefore = change.Bandwidth is null ? null : await ReadAsync(() => source.GetMaxBandwidthAsync(vm.Uuid, cancellationToken)),
            PostCopyBandwidthBefore = change.PostCopyBandwidth is null ? null : await ReadAsync(() => source.GetPostCopyBandwidthAsync(vm.Uuid, cancellationToken)),
            Warnings = (string[])[.. warnings],
        };
    }

    /// <summary>Makes a change, one thing after the other; the first that fails ends it. What cannot be taken back comes last.</summary>
    /// <param name="proposed">What was checked. The migration is looked at again, for it runs on while an operator thinks.</param>
    /// <param name="cancellationToken">Begins no further thing.</param>
    /// <returns>What was done, and the error for what was not; null: all was done.</returns>
    /// <exception cref="VirtMigrationException">Nothing was done: as <see cref="ProposeAsync"/>.</exception>
    public async Task<(AdjustedMigration Done, VirtMigrationException? Error)> ApplyAsync(ProposedAdjustment proposed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        VmMigration migration = proposed.Migration;
        IHypervisorHost source = await hypervisor.ConnectAsync(registry.Find(migration.Source!), cancellationToken);
        await RequireFitAsync(source, migration, proposed.Change, cancellationToken);
        AdjustedMigration done = new() { VM = migration.VM, Uuid = migration.Uuid, Source = migration.Source!, Destination = migration.Destination };
        IReadOnlyList<string> steps = proposed.Steps();
        int made = 0;
        foreach (Func<AdjustedMigration, Task<AdjustedMigration>> step in Calls(source, proposed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                done = await step(done);
                made++;
            }
            catch (HypervisorException error)
            {
                return (done, await ErrorAsync(source, proposed, steps, made, error));
            }
        }

        return (done, null);
    }

    // In the order of ProposedAdjustment.Steps. Each is bounded by its connection, and none is given up half way: it would not be known
    // whether it was done.
    private static IEnumerable<Func<AdjustedMigration, Task<AdjustedMigration>>> Calls(IHypervisorHost source, ProposedAdjustment proposed)
    {
        Guid vm = proposed.Migration.Uuid;
        MigrationAdjustment change = proposed.Change;
        if (change.Bandwidth is Bandwidth bandwidth)
        {
            yield return async done =>
            {
                await source.SetMaxBandwidthAsync(vm, bandwidth, CancellationToken.None);
                return done with { BandwidthBefore = proposed.BandwidthBefore, Bandwidth = bandwidth };
            };
        }

        if (change.PostCopyBandwidth is Bandwidth postCopy)
        {
            yield return async done =>
            {
                await source.SetPostCopyBandwidthAsync(vm, postCopy, CancellationToken.None);
                return done with { PostCopyBandwidthBefore = proposed.PostCopyBandwidthBefore, PostCopyBandwidth = postCopy };
            };
        }

        if (change.SwitchoverBandwidth is not null)
        {
            yield return async done =>
            {
                await source.SetSwitchoverBandwidthAsync(vm, proposed.SwitchoverRate, CancellationToken.None);
                return done with { SwitchoverBandwidth = proposed.SwitchoverRate is Bandwidth rate ? BandwidthChoice.Of(rate) : BandwidthChoice.None };
            };
        }

        if (change.MaxDowntime is TimeSpan downtime)
        {
            yield return async done =>
            {
                await source.SetMaxDowntimeAsync(vm, downtime, CancellationToken.None);
                return done with { MaxDowntimeBefore = proposed.DowntimeBefore, MaxDowntime = downtime };
            };
        }

        if (change.Suspend)
        {
            yield return async done =>
            {
                await source.SuspendAsync(vm, CancellationToken.None);
                return done with { Suspended = true };
            };
        }

        if (change.PostCopy)
        {
            yield return async done =>
            {
                await source.StartPostCopyAsync(vm, CancellationToken.None);
                return done with { PostCopy = true };
            };
        }
    }

    private Task<VmMigration> FindAsync(VirtualMachine vm, CancellationToken cancellationToken) => MigrationSearch.FindAsync(
        lister,
        vm,
        registry.All(),
        "List what is under way: Get-VmMigration. For the VM's next migration, state it at the start: Start-VmLiveMigration -MaxDowntime, -Bandwidth, -SwitchoverBandwidth, -PostCopy.",
        cancellationToken);

    private static async Task RequireFitAsync(IHypervisorHost source, VmMigration migration, MigrationAdjustment change, CancellationToken cancellationToken)
    {
        MigrationCounters? job = await source.GetJobAsync(migration.Uuid, cancellationToken);
        VmObservation now = await source.ObserveAsync(migration.Uuid, cancellationToken);
        if (job is null)
        {
            throw Ended(migration);
        }

        if (migration.Phase == MigrationPhase.PostCopy || job.PostCopyRequests > 0 || now.Reason is VmStateReason.PostCopy or VmStateReason.PostCopyFailed)
        {
            RequireOfPostCopy(migration, change);
        }
        else if (now.State == VmPowerState.Paused && (change.Suspend || change.PostCopy))
        {
            throw new VirtMigrationException("VmNotRunning",
                $"VM '{migration.VM}' is paused already, so it writes nothing that would have to be sent again: {(change.Suspend ? "there is nothing to pause" : "post-copy would gain nothing")}.",
                $"Give the migration what it needs to end: Set-VmMigration {migration.VM} -Bandwidth; or stop it: Stop-VmMigration {migration.VM}.", migration.VM);
        }
    }

    private static void RequireOfPostCopy(VmMigration migration, MigrationAdjustment change)
    {
        List<string> without = [];
        if (change.MaxDowntime is not null)
        {
            without.Add("the downtime limit counts for a switch that has been made (-MaxDowntime)");
        }

        if (change.SwitchoverBandwidth is not null)
        {
            without.Add("the switchover bandwidth counts for a switch that has been made (-SwitchoverBandwidth)");
        }

        if (change.Bandwidth is not null)
        {
            without.Add("the bandwidth of pre-copy no longer counts (-Bandwidth)");
        }

        if (change.Suspend)
        {
            without.Add("there is no guest on the source that could be paused (-Suspend)");
        }

        if (change.PostCopy)
        {
            without.Add("it has been switched to post-copy already (-PostCopy)");
        }

        if (without.Count > 0)
        {
            throw new VirtMigrationException("MigrationInPostCopy",
                $"VM '{migration.VM}' already runs on {migration.Destination ?? "the destination"} while its memory follows from {migration.Source}: {string.Join("; ", without)}.",
                $"How fast its memory follows can be set: Set-VmMigration {migration.VM} -PostCopyBandwidth. Else let it finish: Watch-VmMigration {migration.VM}.", migration.VM);
        }
    }

    private async Task<Bandwidth> SwitchoverAsync(
        IHypervisorHost source, VmMigration migration, BandwidthChoice choice, List<string> warnings, CancellationToken cancellationToken)
    {
        HostInventory here = new(registry.Find(migration.Source!), await source.GetFactsAsync(cancellationToken));
        if (VersionGates.SwitchoverMonitor.MissingOn(here) is string tooOld)
        {
            throw Unavailable(migration, tooOld, "Do without it: raise the downtime limit (-MaxDowntime) or the bandwidth (-Bandwidth) instead.");
        }

        Bandwidth? link = PlanContext.LowerOf(here.LinkSpeed, await LinkAsync(migration.Destination, cancellationToken));
        Bandwidth rate = choice.Stated() ?? link
            ?? throw Unavailable(migration, "no link's speed is known", "State a rate (-SwitchoverBandwidth 1Gbps), or the links' speeds: Register-VmHost -LinkSpeed.");
        OptionRules.CheckSwitchover(rate, migration.VM);
        if (rate > link)
        {
            warnings.Add($"a switchover bandwidth of {rate} is above the {link} that the links carry: QEMU would switch over too early, and the guest stand for longer than its limit");
        }

        return rate;
    }

    private async Task<Bandwidth?> LinkAsync(string? destination, CancellationToken cancellationToken)
    {
        if (destination is null)
        {
            return null;
        }

        try
        {
            HostRegistration registration = registry.Find(destination);
            IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
            return new HostInventory(registration, await host.GetFactsAsync(cancellationToken)).LinkSpeed;
        }
        catch (VirtMigrationException)
        {
            // It only bounds what the source's link is known to carry.
            return null;
        }
    }

    private static async Task<VirtMigrationException> ErrorAsync(
        IHypervisorHost source, ProposedAdjustment proposed, IReadOnlyList<string> steps, int made, HypervisorException error)
    {
        VmMigration migration = proposed.Migration;
        string rest = (made, steps.Count - made - 1) switch
        {
            (0, 0) => string.Empty,
            (0, _) => $" Not done either: {string.Join(", ", steps.Skip(made + 1))}.",
            (_, 0) => $" Done before it: {string.Join(", ", steps.Take(made))}.",
            _ => $" Done before it: {string.Join(", ", steps.Take(made))}. Not done either: {string.Join(", ", steps.Skip(made + 1))}.",
        };
        if (error.Fault == HypervisorFault.PostCopyNotEnabled)
        {
            return new("PostCopyNotEnabled",
                $"The migration of VM '{migration.VM}' cannot be switched to post-copy: it was started without it, and that cannot be changed while it runs. It goes on in pre-copy.{rest}",
                $"Make it end (-MaxDowntime, -Bandwidth, -Suspend), or stop it (Stop-VmMigration {migration.VM}) and start it so that it can be switched: Start-VmLiveMigration {migration.VM} -PostCopy Armed, or with a policy that has post-copy (-Policy PostCopy). With virsh it is: virsh migrate --postcopy.",
                migration.VM, error);
        }

        // Most often the migration ended in this very moment, and then its VM is no longer here or has no job.
        return error.Fault is HypervisorFault.InvalidState or HypervisorFault.VmNotFound && await HasEndedAsync(source, migration.Uuid)
            ? new("MigrationNotFound", $"The migration of VM '{migration.VM}' ended before this was done: {steps[made]}.{rest}", WhereItIs(migration), migration.VM, error)
            : new(error.ErrorId, $"Not done to the migration of VM '{migration.VM}': {steps[made]}. {error.Message.TrimEnd('.')}.{rest}", error.RecommendedAction, migration.VM, error);
    }

    private static async Task<bool> HasEndedAsync(IHypervisorHost source, Guid vm)
    {
        try
        {
            return await source.GetJobAsync(vm, CancellationToken.None) is null;
        }
        catch (HypervisorException error)
        {
            return error.Fault == HypervisorFault.VmNotFound;
        }
    }

    private static VirtMigrationException Ended(VmMigration migration) => new(
        "MigrationNotFound", $"The migration of VM '{migration.VM}' from {migration.Source} has ended; nothing was changed.", WhereItIs(migration), migration.VM);

    private static string WhereItIs(VmMigration migration) => $"See where the VM is: Get-VM {migration.VM}.";

    private static VirtMigrationException Unavailable(VmMigration migration, string reason, string wayOut) => new(
        "SwitchoverBandwidthUnavailable", $"No switchover bandwidth can be set for the migration of VM '{migration.VM}': {reason}.", wayOut, migration.VM);

    private static TimeSpan? Whole(TimeSpan? downtime) =>
        downtime is TimeSpan value ? TimeSpan.FromMilliseconds((long)value.TotalMilliseconds) : null;

    private static Bandwidth? Whole(Bandwidth? bandwidth) => bandwidth is Bandwidth value ? Bandwidth.FromMebibytesPerSecond(value.ToMebibytesPerSecond()) : null;

    // What it was before only helps to set it back.
    private static async Task<T?> ReadAsync<T>(Func<Task<T>> read)
        where T : struct
    {
        try
        {
            return await read();
        }
        catch (HypervisorException)
        {
            return null;
        }
    }
}
