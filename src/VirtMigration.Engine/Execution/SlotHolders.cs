using System.Globalization;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Says whose the migrations are that take the slots others wait for, and which of them have their hosts for themselves: their
/// leases and records tell.</summary>
/// <param name="ownership">In whose hands migrations are; null: only the VMs' own records tell.</param>
/// <param name="clock">The clock; its time zone is the reader's.</param>
internal sealed class SlotHolders(MigrationOwnership? ownership, TimeProvider clock)
{
    private const string Unknown = "started by another tool";

    private readonly JobFindings<string> _words = new(clock);
    private readonly JobFindings<MigrationIntent> _records = new(clock);

    /// <summary>Notes what a host shows now: what was found out about others there is forgotten.</summary>
    /// <param name="host">The host.</param>
    /// <param name="shown">All that it shows.</param>
    public void Note(string host, IReadOnlyList<ActiveMigration> shown)
    {
        _words.Note(host, shown);
        _records.Note(host, shown);
    }

    /// <summary>A hindrance in words, with whose each occupant is.</summary>
    /// <param name="hindrance">The hindrance.</param>
    /// <param name="run">What is hindered.</param>
    /// <param name="running">What this queue runs.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<string> DescribeAsync(SlotHindrance hindrance, MigrationRun run, IReadOnlyCollection<QueueEntry> running, CancellationToken stop) =>
        hindrance.Naming(await Task.WhenAll(hindrance.Occupants.Select(one => OfAsync(one, run, running, stop))));

    /// <summary>The migration of another shell that goes over parallel connections, and so wants its hosts for itself; null: none is known.
    /// libvirt does not show how a migration goes; its record does. One that broke moves nothing, and keeps nobody waiting.</summary>
    /// <param name="run">What wants to start.</param>
    /// <param name="running">What this queue runs.</param>
    /// <param name="shown">What both hosts show.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<SlotHindrance?> ParallelAsync(
        MigrationRun run, IReadOnlyCollection<QueueEntry> running, IReadOnlyCollection<ActiveMigration> shown, CancellationToken stop)
    {
        ActiveMigration[] others =
        [
            .. shown.Where(one => !one.Broken && one.Vm != run.Plan.Uuid && running.All(entry => entry.Migration.Run.Plan.Uuid != one.Vm)),
        ];
        MigrationIntent?[] records = await Task.WhenAll(others.Select(one => RecordAsync(one, run, stop)));
        int found = Array.FindIndex(records, record => record?.Transfer?.ParallelConnections is not null);
        if (found < 0)
        {
            return null;
        }

        ActiveMigration other = others[found];
        string hosts = other.Direction == MigrationDirection.Outgoing ? $"{other.Host} and {records[found]!.Destination}" : other.Host;
        return new(
            $"VM '{other.Name}' migrates over parallel connections and has {hosts} for itself; ",
            [new(other.Vm, $"VM '{other.Name}' is under way on {other.Host}", other)]);
    }

    private Task<string> OfAsync(SlotOccupant occupant, MigrationRun run, IReadOnlyCollection<QueueEntry> running, CancellationToken stop)
    {
        QueueEntry? ours = running.FirstOrDefault(entry => entry.Migration.Run.Plan.Uuid == occupant.Vm);
        return ours is not null ? Task.FromResult(By(ours.Migration.Run.Operator, ours.StartedAt))
            : occupant.Shown is null ? Task.FromResult(Unknown)
            : OfAsync(occupant.Shown, run, stop);
    }

    private async Task<string> OfAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop) =>
        await _words.OfAsync(shown, enough => FindAsync(shown, run, enough), stop) ?? Unknown;

    // The lease says in whose hands it is now, the record who started it.
    private async Task<string?> FindAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop) =>
        ownership is not null && await ownership.LookAsync(shown.Vm, stop) is ({ } lease, not false) ? By(lease.Operator, lease.TakenAt)
        : await RecordAsync(shown, run, stop) is { } intent ? By(intent.Operator, intent.StartedAt)
        : null;

    private Task<MigrationIntent?> RecordAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop) =>
        _records.OfAsync(shown, enough => ReadAsync(shown, run, enough), stop);

    // A record may have been left by an earlier migration.
    private async Task<MigrationIntent?> ReadAsync(ActiveMigration shown, MigrationRun run, CancellationToken stop)
    {
        IHypervisorHost host = shown.Host.Equals(run.Plan.Source, StringComparison.OrdinalIgnoreCase) ? run.Source : run.Destination;
        string? destination = shown.Direction == MigrationDirection.Incoming ? shown.Host : null;
        return await host.GetIntentAsync(shown.Vm, stop) is { } intent && IntentRule.Fits(intent, shown.Counters, destination, clock.GetUtcNow())
            ? intent
            : null;
    }

    // In the reader's time, and with the day where it is not today's.
    private string By(string user, DateTimeOffset since)
    {
        DateTimeOffset here = TimeZoneInfo.ConvertTime(since, clock.LocalTimeZone);
        string form = here.Date == clock.GetLocalNow().Date ? "HH:mm" : "yyyy-MM-dd HH:mm";
        return $"by {user}, since {here.ToString(form, CultureInfo.InvariantCulture)}";
    }
}
