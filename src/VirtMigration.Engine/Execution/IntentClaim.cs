using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>The intent record of one run, and the rule by which one of several operators who start the same VM in the same moment is
/// the one who does. A VM's metadata has no way to write only where nobody wrote, so time decides (Fischer's algorithm, in L. Lamport,
/// A Fast Mutual Exclusion Algorithm, 1987): who finds no record writes its own, waits for longer than anybody is expected to take from looking to
/// writing, and goes on if its own still stands. Where somebody is slower than that, libvirt accepts one migration and refuses the
/// other, and only the record may name the wrong one.</summary>
internal sealed class IntentClaim
{
    // Looking and writing follow each other at once: a few calls, some milliseconds in a data centre. Another's take as long as one's own,
    // give or take, and the start of every migration waits for this.
    private const int Margin = 3;
    private static readonly TimeSpan s_shortestContest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestContest = TimeSpan.FromMilliseconds(250);

    // From the record to a job that can be seen: the contest and four calls more, here 0.2 s.
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_startRetry = TimeSpan.FromMilliseconds(50);

    // Clocks of machines that are kept in step differ by less; an older record was left by a shell that was killed.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(15);

    // A record that vanishes was taken away by the end of an earlier migration.
    private const int Attempts = 3;

    private readonly MigrationRun _run;
    private readonly MigrationIntent _own;

    private readonly TimeProvider _clock;
    private long _looked;

    private IntentClaim(MigrationRun run, TimeProvider clock, MigrationIntent own, TimeSpan downtimeBefore, long looked)
    {
        _run = run;
        _clock = clock;
        _own = own;
        _looked = looked;
        DowntimeBefore = downtimeBefore;
    }

    /// <summary>The downtime limit to set back.</summary>
    public TimeSpan DowntimeBefore { get; }

    /// <summary>Looks whether somebody is about to start the VM, and waits for their job or their end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="now">When it began.</param>
    /// <param name="shell">This shell, so that others can tell whether it is alive; null: they go by its process alone.</param>
    /// <param name="speed">The migration speed that was kept for the VM before, where a step changes it; else null.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationAlreadyRunning, or the host's error.</exception>
    public static async Task<IntentClaim> OpenAsync(
        MigrationRun run, TimeProvider clock, DateTimeOffset now, ShellProcess? shell, Bandwidth? speed, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        long looked = start;
        MigrationIntent? standing = await run.Source.GetIntentAsync(run.Plan.Uuid, stop);
        while (standing is not null && (now - standing.StartedAt).Duration() < s_fresh && clock.GetElapsedTime(start) < s_startPatience)
        {
            await Task.Delay(s_startRetry, stop);
            await RequireNoJobAsync(run, stop);
            looked = clock.GetTimestamp();
            standing = await run.Source.GetIntentAsync(run.Plan.Uuid, stop);
        }

        // Read only now: a run that just ended sets its limit back before it takes its record away.
        TimeSpan downtime = await run.Source.GetMaxDowntimeAsync(run.Plan.Uuid, stop);

        // What a killed shell left: the limit is still the one that its migration had, unless the VM has a new QEMU since, where it went.
        TimeSpan before = standing?.DowntimeBefore is TimeSpan earlier && !run.Plan.Source.Equals(standing.Destination, StringComparison.OrdinalIgnoreCase)
            ? earlier
            : downtime;
        MigrationIntent own = new(run.Operator, Environment.MachineName, Environment.ProcessId, run.Plan.Policy, run.Plan.Destination, now, before)
        {
            ProcessMark = shell?.Mark,
            Schedule = ScheduleIntent.Of(run.Plan, speed),
            Transfer = run.Plan.Transfer with { Pins = null },
        };
        return new(run, clock, own, before, looked);
    }

    /// <summary>Writes the record, and returns when it is certain that nobody else's takes its place.</summary>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationAlreadyRunning, or the host's error.</exception>
    public async Task TakeAsync(CancellationToken stop)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            await WriteAsync(stop);
            await Task.Delay(Contest(_clock.GetElapsedTime(_looked)), stop);
            _looked = _clock.GetTimestamp();
            MigrationIntent? standing = await _run.Source.GetIntentAsync(_run.Plan.Uuid, stop);
            await RequireNoJobAsync(_run, stop);
            if (IsOwn(standing))
            {
                return;
            }

            if (standing is not null)
            {
                break;
            }
        }

        throw PreparedVm.AlreadyUnderWay(_run.Plan.VM, _run.Plan.Source);
    }

    /// <summary>Whether the record still stands on the source.</summary>
    public async Task<bool> StandsAsync()
    {
        try
        {
            return IsOwn(await _run.Source.GetIntentAsync(_run.Plan.Uuid, CancellationToken.None));
        }
        catch (HypervisorException)
        {
            return false;
        }
    }

    /// <summary>Removes the record from the VM, on the host it is on now; another's is left.</summary>
    /// <param name="host">The host.</param>
    public async Task RemoveAsync(IHypervisorHost host)
    {
        if (await host.GetIntentAsync(_run.Plan.Uuid, CancellationToken.None) is not MigrationIntent standing || IsOwn(standing))
        {
            await host.SetIntentAsync(_run.Plan.Uuid, null, CancellationToken.None);
        }
    }

    // libvirt refuses it, after 30 s, while a migration that has begun since holds the VM.
    private async Task WriteAsync(CancellationToken stop)
    {
        try
        {
            await _run.Source.SetIntentAsync(_run.Plan.Uuid, _own, stop);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.InvalidState)
        {
            await RequireNoJobAsync(_run, stop);
            throw;
        }
    }

    private static async Task RequireNoJobAsync(MigrationRun run, CancellationToken stop)
    {
        if (await run.Source.GetJobAsync(run.Plan.Uuid, stop) is not null)
        {
            throw PreparedVm.AlreadyUnderWay(run.Plan.VM, run.Plan.Source);
        }
    }

    private static TimeSpan Contest(TimeSpan fromLookingToWriting)
    {
        TimeSpan enough = fromLookingToWriting * Margin;
        return enough < s_shortestContest ? s_shortestContest : enough > s_longestContest ? s_longestContest : enough;
    }

    // Times are written to the tick.
    private bool IsOwn(MigrationIntent? record) =>
        record is not null
        && (record.Operator, record.Machine, record.ProcessId, record.StartedAt) == (_own.Operator, _own.Machine, _own.ProcessId, _own.StartedAt);
}
