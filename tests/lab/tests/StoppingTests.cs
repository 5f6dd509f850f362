using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class StoppingTests(LabFixture lab)
{
    private static readonly PlanOptions s_slow = new() { Bandwidth = Bandwidth.Parse("4MiB/s") };

    private static readonly MigrationPolicy s_postCopyAtOnce = BuiltInPolicies.PostCopy with
    {
        Name = "PostCopyAtOnce",
        StepInterval = TimeSpan.Zero,
        Schedule = [new() { AfterPass = 0, Action = ConvergenceAction.StartPostCopy }],
    };

    private static readonly MigrationPolicy s_pauseAtOnce = BuiltInPolicies.Default with
    {
        Name = "PauseAtOnce",
        StepInterval = TimeSpan.Zero,
        Schedule = [new() { AfterPass = 0, Action = ConvergenceAction.Pause, UpTo = TimeSpan.FromSeconds(60) }],
    };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task In_pre_copy_it_is_aborted_and_the_VM_stays()
    {
        Guest guest = await lab.BusyGuestAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow));
        await migration.UnderWayAsync();
        migration.Stop();
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal(
            (MigrationOutcome.Aborted, MigrationEndState.Stayed, "MigrationAborted", migration.Source),
            (result.Outcome, result.EndState, result.ErrorId, result.Host));
        Assert.Null(result.Downtime);
        await guest.RunsOnlyOnAsync(migration.Source);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_there_is_a_job_it_is_never_started_or_aborted_and_the_VM_stays(bool prepared)
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, s_slow);
        await guest.VirshAsync(run.Plan.Source, "migrate-setmaxdowntime", "321");
        await using Migration migration = Migration.Start(run);
        if (prepared)
        {
            await Until.HoldsAsync("the intent is written", async () => await run.Source.GetIntentAsync(run.Plan.Uuid, CancellationToken.None) is not null);
        }

        migration.Stop();
        try
        {
            MigrationResult result = await migration.ResultAsync();
            Assert.Equal((MigrationOutcome.Aborted, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        }
        catch (OperationCanceledException)
        {
            // Not started.
        }

        Assert.Null(await guest.JobAsync(run.Plan.Source));
        Assert.Equal("321", await guest.VirshAsync(run.Plan.Source, "migrate-getmaxdowntime"));
        Assert.Null(await run.Source.GetIntentAsync(run.Plan.Uuid, CancellationToken.None));
        await guest.RunsOnlyOnAsync(run.Plan.Source);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task In_post_copy_it_is_left_to_itself_and_the_VM_arrives()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Policy = s_postCopyAtOnce });

        // A bandwidth would not hold in post-copy: only the cable makes it last.
        await LabFixture.LabAsync("link", run.Plan.Source, "--rate", "40mbit");
        try
        {
            await using Migration migration = Migration.Start(run);
            await migration.ReachesAsync("post-copy", sample => sample.Phase == MigrationPhase.PostCopy);
            migration.Stop();
            MigrationResult result = await migration.ResultAsync();
            Assert.Equal(
                (MigrationOutcome.Detached, MigrationEndState.InProgress, "MigrationDetached"),
                (result.Outcome, result.EndState, result.ErrorId));
            await Until.HoldsAsync("it runs on the destination while the source holds the rest", async () =>
            {
                IReadOnlyDictionary<string, string> states = await guest.StatesAsync();
                return states.GetValueOrDefault(run.Plan.Source) == "paused" && states.GetValueOrDefault(run.Plan.Destination) == "running";
            });
            Assert.Equal("Outgoing migration", await guest.JobAsync(run.Plan.Source));

            VmMigration shown = (await lab.ListedMigrationAsync(guest))!;
            VirtMigrationException refused = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.Stopper.StopAsync(shown, CancellationToken.None));
            Assert.Equal("PostCopyCannotBeStopped", refused.ErrorId);
        }
        finally
        {
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
        }

        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Post_copy_that_is_watched_to_its_end_has_its_figures()
    {
        Guest guest = await lab.BusyGuestAsync();
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions { Policy = s_postCopyAtOnce, Bandwidth = Bandwidth.Parse("4MiB/s") }));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Contains(result.Actions, action => action.Action == "post-copy");
        Assert.NotNull(result.Downtime);
        Assert.NotNull(result.TotalTime);
        Assert.NotNull(result.Sent);
        Assert.NotNull(result.Passes);
        await guest.RunsOnlyOnAsync(migration.Destination);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_migration_of_a_paused_guest_is_stopped_and_the_guest_is_as_it_was(bool pausedByUs)
    {
        Guest guest = await lab.BusyGuestAsync();
        string host = (await guest.ListedAsync()).Host;
        if (!pausedByUs)
        {
            await guest.VirshAsync(host, "suspend");
        }

        try
        {
            await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_slow with { Policy = pausedByUs ? s_pauseAtOnce : null }));
            await migration.UnderWayAsync();
            await Until.HoldsAsync("the guest stands", async () => await guest.VirshAsync(host, "domstate") == "paused");
            VmMigration shown = (await lab.ListedMigrationAsync(guest))!;
            StoppedMigration stopped = await lab.Stopper.StopAsync(shown, CancellationToken.None);
            Assert.Equal(MigrationEndState.Stayed, stopped.EndState);
            MigrationResult result = await migration.ResultAsync();
            Assert.Equal(
                (MigrationOutcome.Aborted, MigrationEndState.Stayed, "MigrationStoppedElsewhere"),
                (result.Outcome, result.EndState, result.ErrorId));
            if (!pausedByUs)
            {
                Assert.Equal("paused (user)", await guest.VirshAsync(host, "domstate", "--reason"));
            }
        }
        finally
        {
            if (!pausedByUs)
            {
                await guest.VirshAsync(host, "resume");
            }
        }

        await guest.RunsOnlyOnAsync(host);
    }
}
