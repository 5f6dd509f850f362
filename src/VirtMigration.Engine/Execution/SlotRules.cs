using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Whether a migration may start beside those that are under way. Occupancy is what libvirt shows, so that virsh's users and
/// other shells count, together with what this queue has just started and libvirt does not show yet.</summary>
public static class SlotRules
{
    /// <summary>Why a plan must wait; null: it may start.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="running">The plans that this queue is running.</param>
    /// <param name="shown">What both hosts show to be under way.</param>
    public static SlotHindrance? Hindrance(MigrationPlan plan, IReadOnlyCollection<MigrationPlan> running, IReadOnlyCollection<ActiveMigration> shown)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(running);
        return Alone(plan, running, shown)
            ?? Full(plan, running, shown, plan.Source, MigrationDirection.Outgoing)
            ?? Full(plan, running, shown, plan.Destination, MigrationDirection.Incoming);
    }

    // A parallel migration and any other exclude each other on both of its hosts, in either direction.
    private static SlotHindrance? Alone(MigrationPlan plan, IReadOnlyCollection<MigrationPlan> running, IReadOnlyCollection<ActiveMigration> shown)
    {
        MigrationPlan? other = running.FirstOrDefault(one =>
            (plan.IsParallel() || one.IsParallel()) && (Touches(one, plan.Source) || Touches(one, plan.Destination)));
        if (other is not null)
        {
            MigrationPlan parallel = other.IsParallel() ? other : plan;
            return new(
                $"VM '{parallel.VM}' migrates over parallel connections and has {parallel.Source} and {parallel.Destination} for itself; ",
                [new(other.Uuid, $"VM '{other.VM}' is under way", null)]);
        }

        ActiveMigration? visible = plan.IsParallel() ? shown.FirstOrDefault(one => one.Vm != plan.Uuid) : null;
        return visible is null
            ? null
            : new(
                $"it migrates over parallel connections and needs {plan.Source} and {plan.Destination} for itself; ",
                [new(visible.Vm, $"VM '{visible.Name}' is under way on {visible.Host}", visible)]);
    }

    private static SlotHindrance? Full(
        MigrationPlan plan,
        IReadOnlyCollection<MigrationPlan> running,
        IReadOnlyCollection<ActiveMigration> shown,
        string host,
        MigrationDirection direction)
    {
        List<MigrationPlan> ours =
        [
            .. running.Where(one => (direction == MigrationDirection.Outgoing ? one.Source : one.Destination).Equals(host, StringComparison.OrdinalIgnoreCase)),
        ];
        Dictionary<Guid, SlotOccupant> occupied = ours.ToDictionary(one => one.Uuid, one => new SlotOccupant(one.Uuid, one.VM, null));
        foreach (ActiveMigration one in shown.Where(one => one.Direction == direction && one.Host.Equals(host, StringComparison.OrdinalIgnoreCase)))
        {
            _ = occupied.TryAdd(one.Vm, new(one.Vm, one.Name, one));
        }

        _ = occupied.Remove(plan.Uuid);
        int limit = ours.Select(one => one.Concurrency).Append(plan.Concurrency).Min();
        return occupied.Count >= limit
            ? new($"{host} {(direction == MigrationDirection.Outgoing ? "outgoing" : "incoming")} {occupied.Count}/{limit}: ", occupied.Values.ToArray())
            : null;
    }

    private static bool Touches(MigrationPlan plan, string host) =>
        plan.Source.Equals(host, StringComparison.OrdinalIgnoreCase) || plan.Destination.Equals(host, StringComparison.OrdinalIgnoreCase);
}
