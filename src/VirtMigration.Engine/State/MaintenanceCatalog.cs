using VirtMigration.Evacuation;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The hosts in maintenance, on their way there, or with a saved plan for it. Each change is one update of the store: two
/// operators' changes of two hosts, or of one, do not undo each other.</summary>
/// <param name="store">Where they are kept.</param>
public sealed class MaintenanceCatalog(IClusterStore store)
{
    /// <summary>All records, by host.</summary>
    public IReadOnlyList<HostMaintenance> All() => Of(store.Load());

    /// <summary>A host's record; null: there is none.</summary>
    /// <param name="host">The host, without regard to case.</param>
    public HostMaintenance? Find(string host) => Of(store.Load(), host);

    /// <summary>All records of a state that was read, by host.</summary>
    /// <param name="state">The state.</param>
    public static IReadOnlyList<HostMaintenance> Of(ClusterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. state.Maintenances.OrderBy(one => one.Host, StringComparer.OrdinalIgnoreCase).Select(Listed)];
    }

    /// <summary>A host's record in a state that was read; null: there is none.</summary>
    /// <param name="state">The state.</param>
    /// <param name="host">The host, without regard to case.</param>
    public static HostMaintenance? Of(ClusterState state, string host)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Maintenances.FirstOrDefault(one => Same(one.Host, host)) is HostMaintenance found ? Listed(found) : null;
    }

    /// <summary>Keeps a plan. A host that is in maintenance, or on its way there or back, stays so, and gets the plan.</summary>
    /// <param name="host">The host by its registered name.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="operatorName">Who made it, as <c>alice@ops1</c>.</param>
    /// <param name="now">When.</param>
    public HostMaintenance SavePlan(string host, SavedEvacuation plan, string operatorName, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Set(host, before => before is { State: not HostMaintenanceState.Planned }
            ? before with { Plan = plan }
            : (before ?? Fresh(host, operatorName, now)) with { Operator = operatorName, Since = now, Plan = plan });
    }

    /// <summary>Closes a host for VMs that come, before those on it leave. What an earlier run that did not finish moved away is kept, and
    /// so is the plan; who was left is found out anew.</summary>
    /// <param name="host">The host by its registered name.</param>
    /// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
    /// <param name="shell">The shell that empties it.</param>
    /// <param name="reason">Why, in the operator's words; null: as was said before.</param>
    /// <param name="now">When; a host that is in maintenance already is so since it was first.</param>
    public HostMaintenance Enter(string host, string operatorName, ShellProcess shell, string? reason, DateTimeOffset now) => Set(host, before =>
    {
        HostMaintenance was = before ?? Fresh(host, operatorName, now);
        return was with
        {
            State = HostMaintenanceState.Evacuating,
            Operator = operatorName,
            Shell = shell,
            Since = was.Closed() ? was.Since : now,
            Reason = reason ?? was.Reason,
            Left = [],
        };
    });

    /// <summary>Notes a VM that was moved away. One that was moved twice counts once, with where it was moved to last.</summary>
    /// <param name="host">The host that it was moved away from.</param>
    /// <param name="moved">The VM.</param>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public HostMaintenance Moved(string host, MovedVm moved)
    {
        ArgumentNullException.ThrowIfNull(moved);
        return Change(host, before => before with { Moved = [.. before.Moved.Where(one => one.Uuid != moved.Uuid), moved] });
    }

    /// <summary>Notes how a run ended: with nobody left the host is in maintenance, else it stays closed, half-way.</summary>
    /// <param name="host">The host.</param>
    /// <param name="left">The VMs that are still on it, with why.</param>
    /// <param name="now">When; the moment since which the host is in maintenance stays that of <see cref="Enter"/>.</param>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public HostMaintenance Finish(string host, IReadOnlyList<VmLeftOver> left, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(left);
        return Change(host, before => before with
        {
            State = left.Count == 0 ? HostMaintenanceState.InMaintenance : HostMaintenanceState.Evacuating,
            Since = before.Closed() ? before.Since : now,
            Left = [.. left],
        });
    }

    /// <summary>Opens a host for VMs again, and keeps who is to be brought back until they are.</summary>
    /// <param name="host">The host.</param>
    /// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
    /// <param name="shell">The shell that brings them back.</param>
    /// <param name="now">When.</param>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public HostMaintenance BringBack(string host, string operatorName, ShellProcess shell, DateTimeOffset now) => Change(host, before => before with
    {
        State = HostMaintenanceState.BringingBack,
        Operator = operatorName,
        Shell = shell,
        Since = before.State == HostMaintenanceState.BringingBack ? before.Since : now,
        Left = [],
        Plan = null,
    });

    /// <summary>Strikes VMs off the list of those that were moved away: they are back, or are not to be brought back. With the last of them
    /// the record of a host that they are being brought back to goes too.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">The VMs.</param>
    /// <returns>What is left of the record; null: nothing, it is gone.</returns>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public HostMaintenance? Strike(string host, IReadOnlyCollection<Guid> vms)
    {
        ArgumentNullException.ThrowIfNull(vms);
        HostMaintenance? after = null;
        store.Update(state =>
        {
            HostMaintenance before = Required(state, host);
            after = before with { Moved = [.. before.Moved.Where(one => !vms.Contains(one.Uuid))] };
            after = after is { State: HostMaintenanceState.BringingBack, Moved.Count: 0 } ? null : after;
            return With(state, host, after);
        });
        return after is null ? null : Listed(after);
    }

    /// <summary>Ends a host's maintenance: VMs may come to it again.</summary>
    /// <param name="host">The host.</param>
    /// <returns>What was there.</returns>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public HostMaintenance End(string host)
    {
        HostMaintenance? was = null;
        store.Update(state =>
        {
            was = Required(state, host);
            return With(state, host, null);
        });
        return Listed(was!);
    }

    /// <summary>The record of a host that must have one.</summary>
    /// <param name="state">The state.</param>
    /// <param name="host">The host, without regard to case.</param>
    /// <exception cref="VirtMigrationException">HostNotInMaintenance.</exception>
    public static HostMaintenance Required(ClusterState state, string host) => Of(state, host) ?? throw new VirtMigrationException(
        "HostNotInMaintenance",
        $"Host '{host}' is not in maintenance, and has no saved plan for it.",
        "See which hosts are: Get-VmHostMaintenance. Start-VmHostMaintenance empties a host.",
        host);

    private HostMaintenance Set(string host, Func<HostMaintenance?, HostMaintenance> change)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        HostMaintenance? after = null;
        store.Update(state => With(state, host, after = change(Of(state, host))));
        return Listed(after!);
    }

    private HostMaintenance Change(string host, Func<HostMaintenance, HostMaintenance> change)
    {
        HostMaintenance? after = null;
        store.Update(state => With(state, host, after = change(Required(state, host))));
        return Listed(after!);
    }

    private static HostMaintenance Fresh(string host, string operatorName, DateTimeOffset now) =>
        new() { Host = host, State = HostMaintenanceState.Planned, Operator = operatorName, Since = now };

    private static ClusterState With(ClusterState state, string host, HostMaintenance? record) => state with
    {
        Maintenances = [.. state.Maintenances.Where(one => !Same(one.Host, host)), .. record is null ? [] : (HostMaintenance[])[record]],
    };

    // What reaches a shell is what a shell knows best.
    private static HostMaintenance Listed(HostMaintenance record) => record with
    {
        Moved = (MovedVm[])[.. record.Moved],
        Left = (VmLeftOver[])[.. record.Left],
        Plan = record.Plan is null ? null : record.Plan with
        {
            Destinations = record.Plan.Destinations is null ? null : (string[])[.. record.Plan.Destinations],
            Moves = (SavedMove[])[.. record.Plan.Moves],
            Left = (VmLeftOver[])[.. record.Plan.Left],
        },
    };

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
