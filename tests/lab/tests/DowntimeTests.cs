using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class DowntimeTests(LabFixture lab)
{
    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_policys_limit_counts_while_it_runs_and_the_VMs_own_is_back_after_an_abort()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationRun run = await lab.PlanAsync(guest, new PlanOptions { Policy = BuiltInPolicies.MinimalDowntime, Bandwidth = Bandwidth.Parse("4MiB/s") });
        await guest.VirshAsync(run.Plan.Source, "migrate-setmaxdowntime", "1234");
        await using Migration migration = Migration.Start(run);
        await migration.UnderWayAsync();

        // The first step of the ladder comes in pass 2, which is many seconds away.
        Assert.Equal("100", await guest.VirshAsync(run.Plan.Source, "migrate-getmaxdowntime"));
        migration.Stop();
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Aborted, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.Empty(result.Notices);
        Assert.Equal("1234", await guest.VirshAsync(run.Plan.Source, "migrate-getmaxdowntime"));
        await guest.RunsOnlyOnAsync(run.Plan.Source);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_ladder_raises_the_limit_pass_by_pass_and_gives_up_at_its_end()
    {
        Guest guest = await lab.BusyGuestAsync();
        MigrationPolicy steep = BuiltInPolicies.MinimalDowntime with
        {
            Name = "steep",
            StepInterval = TimeSpan.Zero,
            AutoConverge = false,
            InitialDowntime = TimeSpan.FromMilliseconds(1),
            Schedule =
            [
                new() { AfterPass = 1, Action = ConvergenceAction.SetDowntime, Downtime = TimeSpan.FromMilliseconds(2) },
                new() { Action = ConvergenceAction.Abort },
            ],
        };

        // Within 2 ms nothing is sent that a busy guest has written meanwhile, so it never finishes.
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, new PlanOptions { Policy = steep, Bandwidth = Bandwidth.Parse("40MiB/s") }));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal(
            (MigrationOutcome.Failed, MigrationEndState.Stayed, "MigrationNotConverging"),
            (result.Outcome, result.EndState, result.ErrorId));
        Assert.Equal(["downtime limit 2 ms", "abort"], result.Actions.Select(action => action.Action));
        Assert.True(result.Actions[0].Pass < result.Actions[1].Pass);
        await guest.RunsOnlyOnAsync(migration.Source);
    }
}
