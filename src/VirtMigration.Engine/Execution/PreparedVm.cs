using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A VM made ready for a migration, and what must be put right after it.</summary>
internal sealed class PreparedVm
{
    private const string AlreadyRunning = "MigrationAlreadyRunning";

    private readonly MigrationRun _run;
    private readonly IntentClaim? _claim;
    private readonly SavedDefinition? _saved;
    private readonly TimeSpan _downtimeBefore;
    private readonly Bandwidth? _speedBefore;
    private readonly List<string> _notices = [];
    private bool _limited;
    private bool _usedMonitor;

    private PreparedVm(MigrationRun run, IntentClaim? claim, IMigrationEvents events, SavedDefinition? saved, TimeSpan downtimeBefore, Bandwidth? speedBefore)
    {
        _speedBefore = speedBefore;
        _run = run;
        _claim = claim;
        Events = events;
        _saved = saved;
        _downtimeBefore = downtimeBefore;
    }

    /// <summary>The events, subscribed to before anything started: the completed counters come only once.</summary>
    public IMigrationEvents Events { get; }

    /// <summary>Reads what has to be restored, then sets what the plan says. If a step fails, the ones before it are undone.</summary>
    /// <param name="run">The plan and the hosts.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="now">When it starts.</param>
    /// <param name="shell">This shell, so that others can tell whether it is alive; null: they go by its process alone.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<PreparedVm> PrepareAsync(MigrationRun run, TimeProvider clock, DateTimeOffset now, ShellProcess? shell, CancellationToken stop)
    {
        MigrationPlan plan = run.Plan;
        IHypervisorHost source = run.Source;
        Task<SavedDefinition?> saving = source.SaveDefinitionAsync(plan.Uuid, stop);
        Task<MigrationCounters?> looking = source.GetJobAsync(plan.Uuid, stop);
        await Task.WhenAll(saving, looking);
        if (await looking is not null)
        {
            throw AlreadyUnderWay(plan.VM, plan.Source);
        }

        // A step of the schedule may set it. libvirt 9.0 and 11.3 were seen to set it back after an abort; nothing promises that.
        Bandwidth? speed = plan.Schedule.Concat(plan.Deadlines).Any(step => step.Action == ConvergenceAction.SetBandwidth)
            ? await source.GetMaxBandwidthAsync(plan.Uuid, stop)
            : null;
        IMigrationEvents events = await source.SubscribeAsync(plan.Uuid, stop);
        PreparedVm? prepared = null;
        try
        {
            IntentClaim claim = await IntentClaim.OpenAsync(run, clock, now, shell, speed, stop);
            prepared = new(run, claim, events, await saving, claim.DowntimeBefore, speed);
            await claim.TakeAsync(stop);
            prepared._limited = true;
            await source.SetMaxDowntimeAsync(plan.Uuid, plan.InitialDowntime, stop);
            await prepared.TellSwitchoverBandwidthAsync(stop);
            return prepared;
        }
        catch (VirtMigrationException error) when (error.ErrorId == AlreadyRunning)
        {
            // Nothing but the record was written, and libvirt would make it wait for 30 s to be removed while the other's job holds the VM.
            await events.DisposeAsync();
            throw;
        }
        catch
        {
            await events.DisposeAsync();
            if (prepared is not null)
            {
                _ = await prepared.RestoreSourceAsync();
            }

            throw;
        }
    }

    /// <summary>Where the hypervisor refused the transfer because somebody else migrates the VM since a moment ago: leaves all to
    /// them.</summary>
    /// <param name="error">What the hypervisor said.</param>
    /// <exception cref="VirtMigrationException">MigrationAlreadyRunning.</exception>
    public async Task YieldToAnotherAsync(HypervisorException? error)
    {
        // A call that was refused for the VM's state has no job of its own: one that is there is another's.
        if (error?.Fault != HypervisorFault.InvalidState || !await HasJobAsync())
        {
            return;
        }

        // Another of our own would have written its record over this one, and set its own limit.
        if (_claim is null || await _claim.StandsAsync())
        {
            await RestoreLimitsAsync([]);
        }

        throw AlreadyUnderWay(_run.Plan.VM, _run.Plan.Source);
    }

    private async Task<bool> HasJobAsync()
    {
        try
        {
            return await _run.Source.GetJobAsync(_run.Plan.Uuid, CancellationToken.None) is not null;
        }
        catch (HypervisorException)
        {
            return false;
        }
    }

    /// <summary>A VM whose broken post-copy is recovered: what its migration prepared still stands, and what must be put right after it is
    /// the same.</summary>
    /// <param name="run">The run.</param>
    /// <param name="events">The events.</param>
    /// <param name="saved">Its definition on the source; null: a transient VM.</param>
    public static PreparedVm Broken(MigrationRun run, IMigrationEvents events, SavedDefinition? saved) => new(run, null, events, saved, default, null);

    /// <summary>A VM that another shell made ready: subscribes, and reads what that shell knew of what must be put right.</summary>
    /// <param name="run">The plan and the hosts.</param>
    /// <param name="schedule">The schedule, with what was before it; its speed is that of before only where the shell noted it.</param>
    /// <param name="downtimeBefore">The downtime limit before.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<PreparedVm> TakeOverAsync(MigrationRun run, ScheduleIntent schedule, TimeSpan downtimeBefore, CancellationToken stop)
    {
        SavedDefinition? saved = await run.Source.SaveDefinitionAsync(run.Plan.Uuid, stop);
        IMigrationEvents events = await run.Source.SubscribeAsync(run.Plan.Uuid, stop);
        return new(run, null, events, saved, downtimeBefore, schedule.SpeedBefore) { _limited = true, _usedMonitor = schedule.SwitchoverToldByMonitor };
    }

    /// <summary>Whether the VM was defined on its host, and did not only run there.</summary>
    public bool WasPersistent => _saved is not null;

    // It only makes the end better: where it cannot be told, the migration proceeds without and says so.
    private async Task TellSwitchoverBandwidthAsync(CancellationToken stop)
    {
        if (_run.Plan.MonitorSwitchoverBandwidth is not Bandwidth bandwidth)
        {
            return;
        }

        try
        {
            _usedMonitor = true;
            await _run.Source.SetSwitchoverBandwidthAsync(_run.Plan.Uuid, bandwidth, stop);
            _notices.Add("the switchover bandwidth was told through QEMU's monitor, for which libvirt marks the VM as tainted");
        }
        catch (HypervisorException error)
        {
            _notices.Add($"the switchover bandwidth could not be told: {error.Message}");
        }
    }

    /// <summary>The error for a VM that is migrating already.</summary>
    public static VirtMigrationException AlreadyUnderWay(string vm, string host) => new(
        AlreadyRunning,
        $"VM '{vm}' on {host} is being migrated already.",
        $"Watch it: Watch-VmMigration {vm}, or stop it: Stop-VmMigration {vm}.",
        vm);

    /// <summary>Puts right what the hypervisor leaves behind, and says what could not be.</summary>
    /// <param name="state">Where the VM is.</param>
    /// <param name="error">What the hypervisor said.</param>
    public async Task<IReadOnlyList<string>> FinishAsync(MigrationEndState state, HypervisorException? error) =>
    [
        .. _notices,
        .. state switch
        {
            MigrationEndState.Moved => await SettleDestinationAsync(error),
            MigrationEndState.Stayed => await RestoreSourceAsync(),
            _ => [],
        },
    ];

    private async Task<IReadOnlyList<string>> RestoreSourceAsync()
    {
        List<string> notices = [];
        await RestoreLimitsAsync(notices);
        await TryAsync(notices, "the intent record could not be removed from the VM's metadata", () => RemoveRecordAsync(_run.Source));
        return notices;
    }

    private async Task RestoreLimitsAsync(List<string> notices)
    {
        // The limit outlives an aborted migration, and a virsh user's next one would run with it.
        if (_limited)
        {
            await TryAsync(notices, $"the VM's downtime limit could not be set back to {DurationText.Format(_downtimeBefore)}",
                () => _run.Source.SetMaxDowntimeAsync(_run.Plan.Uuid, _downtimeBefore, CancellationToken.None));
        }

        if (_limited && _speedBefore is Bandwidth speed)
        {
            await TryAsync(notices, $"the VM's migration bandwidth could not be set back to {speed}",
                () => _run.Source.SetMaxBandwidthAsync(_run.Plan.Uuid, speed, CancellationToken.None));
        }

        if (_usedMonitor)
        {
            await TryAsync(notices, "the switchover bandwidth could not be cleared",
                () => _run.Source.SetSwitchoverBandwidthAsync(_run.Plan.Uuid, null, CancellationToken.None));
        }
    }

    private async Task<IReadOnlyList<string>> SettleDestinationAsync(HypervisorException? error)
    {
        List<string> notices = [];
        IHypervisorHost destination = _run.Destination;
        if (_saved is not null && error?.Fault == HypervisorFault.MovedNotPersisted)
        {
            await TryAsync(notices, $"the VM's definition could not be saved on {_run.Plan.Destination}: it would be gone when the VM stops",
                () => destination.DefineAsync(_saved, _run.Plan.Transfer.Pins, CancellationToken.None));
        }

        // libvirt keeps the definition but loses autostart.
        if (_saved is { Autostart: true })
        {
            await TryAsync(notices, $"autostart could not be set on {_run.Plan.Destination}",
                () => destination.SetAutostartAsync(_run.Plan.Uuid, true, CancellationToken.None));
        }

        await TryAsync(notices, "the intent record could not be removed from the VM's metadata", () => RemoveRecordAsync(destination));
        return notices;
    }

    private Task RemoveRecordAsync(IHypervisorHost host) =>
        _claim is null ? host.SetIntentAsync(_run.Plan.Uuid, null, CancellationToken.None) : _claim.RemoveAsync(host);

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
