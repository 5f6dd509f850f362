using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>A guest that writes three times as fast as is sent, and each way to bring its migration to an end. The steps are close
/// together, so that a test takes seconds; the built-in policies with their own times are tests/benchmarks/Convergence.Benchmark.ps1.</summary>
[Collection(LabCollection.Name)]
public sealed class LadderTests(LabFixture lab) : IClassFixture<GuestsOfAClass>
{
    // Its 32 MiB are written again several times in each pass of 0.8 s.
    private static readonly string[] s_wild = ["--memory", "160MiB", "--workingset", "32MiB", "--dirty", "120MiB/s"];

    private static readonly PlanOptions s_slow = new() { Bandwidth = Bandwidth.Parse("40MiB/s") };

    private static readonly MigrationPolicy s_patient = MigrationPolicy.Bare("Patient") with
    {
        StepInterval = TimeSpan.Zero,
        InitialDowntime = TimeSpan.FromMilliseconds(300),
        Schedule = [ConvergenceStep.Parse("after 24h: abort")],
    };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_pause_ends_it_and_the_guest_runs_again_on_the_destination()
    {
        (Guest guest, MigrationResult result) = await RunAsync(Policy("pass 2: pause up to 30s", "then: abort"));
        Assert.Equal("pause", Assert.Single(result.Actions).Action);
        await MovedAsync(guest, result);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_pause_that_takes_too_long_is_given_up_and_the_guest_runs_on_where_it_was()
    {
        (Guest guest, MigrationResult result) = await RunAsync(Policy("pass 1: pause up to 1s"), s_slow with { Bandwidth = Bandwidth.Parse("4MiB/s") });
        Assert.Equal(["pause", "abort"], result.Actions.Select(action => action.Action));
        Assert.Equal(("MigrationNotConverging", MigrationEndState.Stayed), (result.ErrorId, result.EndState));
        await guest.RunsOnlyOnAsync(result.Source);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("40MiB/s", true)]
    [InlineData("4MiB/s", false)]
    public async Task A_guest_that_its_user_paused_is_not_resumed_whether_it_moves_or_not(string bandwidth, bool moves)
    {
        Guest guest = await lab.GuestAsync("wild", null, s_wild);
        string host = (await guest.ListedAsync()).Host;
        await guest.VirshAsync(host, "suspend");
        try
        {
            MigrationPolicy policy = moves ? Policy("pass 2: pause up to 30s", "then: abort") : Policy("pass 1: pause up to 1s");
            (_, MigrationResult result) = await RunAsync(policy, s_slow with { Bandwidth = Bandwidth.Parse(bandwidth) }, guest);
            Assert.Equal(moves ? MigrationEndState.Moved : MigrationEndState.Stayed, result.EndState);
            host = result.Host!;
            Assert.Equal("paused (user)", await guest.VirshAsync(host, "domstate", "--reason"));
        }
        finally
        {
            await guest.VirshAsync(host, "resume");
        }

        await guest.RunsOnlyOnAsync(host);
    }

    // What is left falls to nothing in each pass, so it may take some passes until none ran lower than all before.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_fixed_limit_alone_never_ends_it_and_the_time_without_progress_does()
    {
        (Guest guest, MigrationResult result) = await RunAsync(s_patient with { Deadlines = [ConvergenceStep.Parse("no progress for 5s: abort")] });
        MigrationAction abort = Assert.Single(result.Actions);
        Assert.Equal(("abort", true), (abort.Action, abort.Pass >= 2));
        Assert.StartsWith("policy Patient, deadline 'no progress for 5 s: abort': ", abort.Reason, StringComparison.Ordinal);
        Assert.Equal(("MigrationNotConverging", MigrationEndState.Stayed), (result.ErrorId, result.EndState));
        await guest.RunsOnlyOnAsync(result.Source);
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task One_that_is_stalled_is_finished_by_force_within_the_downtime_that_it_states()
    {
        (Guest guest, MigrationResult result) = await RunAsync(Policy("stalled for 5s: finish"));
        Assert.All(result.Actions, action => Assert.StartsWith("finish by force, downtime limit ", action.Action, StringComparison.Ordinal));
        Assert.StartsWith("policy Ladder, 'stalled for 5 s: finish': ", result.Actions[0].Reason, StringComparison.Ordinal);
        Assert.True(result.Actions[0].Pass >= 3, $"pass {result.Actions[0].Pass}");
        await MovedAsync(guest, result);
    }

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData(TimeoutAction.Abort, "abort")]
    [InlineData(TimeoutAction.PostCopy, "post-copy")]
    [InlineData(TimeoutAction.Pause, "pause")]
    [InlineData(TimeoutAction.Finish, "finish by force, downtime limit ")]
    public async Task When_the_time_is_over_it_ends_as_was_asked(TimeoutAction action, string taken)
    {
        PlanOptions options = s_slow with { Timeout = MigrationTimeout.Parse("3s"), TimeoutAction = action };
        (Guest guest, MigrationResult result) = await RunAsync(s_patient, options);
        Assert.All(result.Actions, one => Assert.StartsWith(taken, one.Action, StringComparison.Ordinal));
        Assert.StartsWith("-Timeout, 'after 3 s: ", result.Actions[0].Reason, StringComparison.Ordinal);
        if (action == TimeoutAction.Abort)
        {
            Assert.Equal(("MigrationNotConverging", MigrationEndState.Stayed), (result.ErrorId, result.EndState));
            await guest.RunsOnlyOnAsync(result.Source);
            return;
        }

        await MovedAsync(guest, result);
    }

    // Of each page that it writes again it changes a few words.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task Differences_end_it_where_whole_pages_would_not()
    {
        MigrationPolicy compressing = s_patient with { Name = "Compressing", Compression = CompressionMethod.Xbzrle, XbzrleCacheShare = 50 };
        (Guest guest, MigrationResult result) = await RunAsync(compressing);
        Assert.Empty(result.Actions);
        await MovedAsync(guest, result);
    }

    private static MigrationPolicy Policy(params string[] steps) => s_patient with { Name = "Ladder", Schedule = [.. steps.Select(ConvergenceStep.Parse)] };

    private async Task<(Guest Guest, MigrationResult Result)> RunAsync(MigrationPolicy policy, PlanOptions? options = null, Guest? guest = null)
    {
        guest ??= await lab.GuestAsync("wild", null, s_wild);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, (options ?? s_slow) with { Policy = policy }));
        return (guest, await migration.ResultAsync());
    }

    private static async Task MovedAsync(Guest guest, MigrationResult result)
    {
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.NotNull(result.Downtime);
        await guest.RunsOnlyOnAsync(result.Destination);
    }
}
