using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>Looks whether a VM whose turn it is may start: its plan, the slots, and the starts of other shells.</summary>
/// <param name="locks">The slot locks.</param>
/// <param name="holders">Says whose the migrations are that are in the way, and which have their hosts for themselves.</param>
/// <param name="clock">The clock.</param>
/// <param name="stop">Gives up.</param>
internal sealed class StartCheck(StartLocks locks, SlotHolders holders, TimeProvider clock, CancellationToken stop)
{
    // A plan older than this is made again at its turn: what it rests on (memory, state) may have changed.
    private static readonly TimeSpan s_planIsFresh = TimeSpan.FromSeconds(5);

    // A host that is busy for a moment must not leave a VM behind; nothing starts where it is not known what is under way.
    private const int MostFailures = 3;

    /// <summary>Looks, without keeping anybody from anything. What this queue itself runs is looked at first: it costs nothing. Only at
    /// its turn is an old plan made again, and only the new plan's hosts say whether it may start.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="running">What this queue runs.</param>
    /// <param name="turns">Who waits behind whom.</param>
    /// <param name="shown">What hosts show.</param>
    public Task<StartVerdict> LookAsync(QueueEntry entry, IReadOnlyCollection<QueueEntry> running, TurnOrder turns, ShownMigrations shown) =>
        GuardedAsync(entry, async () =>
        {
            if (SlotRules.Hindrance(entry.Migration.Run.Plan, PlansOf(running), []) is { } ours)
            {
                return await HinderedAsync(ours, entry, running);
            }

            await PlanAnewAsync(entry);
            return turns.Before(entry.Migration.Run.Plan) is string before
                ? new() { Hindrance = before, Behind = true }
                : await CountAsync(entry, running, await shown.OfAsync(entry.Migration.Run, anew: false));
        });

    /// <summary>Takes the slot locks of a VM that nothing hinders, and counts again under them: from here to the job that libvirt shows no
    /// other shell starts anything on its hosts.</summary>
    /// <param name="entry">The VM.</param>
    /// <param name="running">What this queue runs.</param>
    /// <param name="shown">What hosts show.</param>
    public async Task<StartVerdict> ClaimAsync(QueueEntry entry, IReadOnlyCollection<QueueEntry> running, ShownMigrations shown)
    {
        StartShare? share = null;
        StartVerdict verdict = await GuardedAsync(entry, async () =>
        {
            StartPermit permit = await locks.TakeAsync(entry, stop);
            share = permit.Share;
            return permit.Hindrance is string hindrance
                ? new() { Hindrance = hindrance, Brief = true }
                : await CountAsync(entry, running, await shown.OfAsync(entry.Migration.Run, anew: true)) with { Notice = permit.Notice };
        });
        if (verdict.Error is null && verdict.Hindrance is null)
        {
            return verdict with { Share = share };
        }

        share?.LetGo();
        return verdict;
    }

    private static IReadOnlyCollection<MigrationPlan> PlansOf(IReadOnlyCollection<QueueEntry> running) =>
        [.. running.Select(entry => entry.Migration.Run.Plan)];

    private async Task<StartVerdict> CountAsync(QueueEntry entry, IReadOnlyCollection<QueueEntry> running, IReadOnlyCollection<ActiveMigration> shown)
    {
        entry.Failures = 0;
        SlotHindrance? hindrance = SlotRules.Hindrance(entry.Migration.Run.Plan, PlansOf(running), shown)
            ?? await holders.ParallelAsync(entry.Migration.Run, running, shown, stop);
        return hindrance is null ? StartVerdict.May : await HinderedAsync(hindrance, entry, running);
    }

    private async Task<StartVerdict> HinderedAsync(SlotHindrance hindrance, QueueEntry entry, IReadOnlyCollection<QueueEntry> running) =>
        new() { Hindrance = await holders.DescribeAsync(hindrance, entry.Migration.Run, running, stop) };

    private static async Task<StartVerdict> GuardedAsync(QueueEntry entry, Func<Task<StartVerdict>> look)
    {
        try
        {
            return await look();
        }
        catch (OperationCanceledException)
        {
            return new() { Hindrance = "the command is being stopped" };
        }
        catch (HypervisorException error) when (++entry.Failures < MostFailures)
        {
            return new() { Hindrance = $"its hosts are asked again: {error.Message}" };
        }
        catch (HypervisorException error)
        {
            return new()
            {
                Error = new HypervisorException(error.Fault, error.Host, error.Code,
                    $"VM '{entry.Migration.Run.Plan.VM}' was not started, because its hosts did not tell what is under way on them: {error.Message}",
                    error.RecommendedAction, error),
            };
        }
        catch (VirtMigrationException error)
        {
            return new() { Error = error };
        }
    }

    private async Task PlanAnewAsync(QueueEntry entry)
    {
        MigrationRun planned = entry.Migration.Run;
        bool asked = entry.Migration.AlwaysReplan && !entry.Replanned;
        if (!asked && clock.GetElapsedTime(entry.PlannedAt) < s_planIsFresh)
        {
            return;
        }

        MigrationRun anew = await entry.Migration.Replan(stop);
        entry.PlannedAt = clock.GetTimestamp();
        entry.Replanned = true;
        if (!anew.Plan.DoesTheSameAs(planned.Plan))
        {
            PlanDecision why = new("Plan", planned.Plan.ToString(), SettingOrigin.Host, "replanned",
                "at its turn the hosts were no longer as when it was planned");
            entry.Migration = entry.Migration with { Run = anew with { Plan = anew.Plan with { Decisions = [.. anew.Plan.Decisions, why] } } };
        }
    }
}
