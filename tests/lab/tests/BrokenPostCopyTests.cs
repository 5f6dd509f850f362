using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Post-copy whose link or destination fails. After each there is exactly one running VM, or the truth about none.</summary>
[Collection(LabCollection.Name)]
public sealed class BrokenPostCopyTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private static readonly MigrationPolicy s_postCopySoon = BuiltInPolicies.PostCopy with
    {
        Name = "PostCopySoon",
        StepInterval = TimeSpan.Zero,
        Schedule = [new() { AfterPass = 1, Action = ConvergenceAction.StartPostCopy }],
    };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_link_that_is_down_for_three_seconds_is_got_over_without_anybodys_help()
    {
        (Guest guest, MigrationRun run) = await GivenAsync();
        await using Migration migration = await InPostCopyAsync(run);
        try
        {
            await DownAsync(run, migration, TimeSpan.FromSeconds(3));
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
            MigrationResult result = await migration.ResultAsync();
            Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, run.Plan.Destination), (result.Outcome, result.EndState, result.Host));
        }
        finally
        {
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
        }

        await guest.RunsOnlyOnAsync(run.Plan.Destination);
    }

    // Nobody notices the link but the one who watches; while it is down nothing is touched; given up, it is broken, and recovered.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_link_that_stays_down_is_said_refused_broken_and_recovered()
    {
        (Guest guest, MigrationRun run) = await GivenAsync();
        VirtualMachine vm = await guest.ListedAsync();
        await guest.VirshAsync(run.Plan.Source, "autostart");
        await using Migration migration = await InPostCopyAsync(run);
        try
        {
            await RefusedAsync(vm, "MigrationNotBroken", "its memory arrives");
            await LabFixture.LabAsync("link", run.Plan.Source, "--down");
            await migration.ReachesAsync("it is said that nothing arrives", sample =>
                sample.Outlook?.EndsWith($"link between {run.Plan.Source} and {run.Plan.Destination}?", StringComparison.Ordinal) == true);
            Assert.False(migration.Ended);
            ProposedResume proposed = await lab.Resumer.ProposeAsync(vm, new(), CancellationToken.None);
            output.WriteLine($"{proposed}");
            Assert.Equal((PostCopyCondition.Standing, run.Plan.Source, run.Plan.Destination), (proposed.Condition, proposed.Plan.Source, proposed.Plan.Destination));
            VirtMigrationException closed = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.Resumer.ResumeAsync(proposed, null, CancellationToken.None));
            output.WriteLine($"{closed.Message} {closed.RecommendedAction}");
            Assert.Equal("PostCopyWayClosed", closed.ErrorId);
            await SplitAsync(guest, run, "post-copy");

            // Its own watcher hears of it when the link is back.
            await guest.VirshAsync(run.Plan.Source, "domjobabort", "--postcopy");
            VmMigration broken = (await lab.ListedMigrationAsync(guest))!;
            Assert.Equal((MigrationPhase.Broken, $"broken in post-copy: Resume-VmMigration {guest.Name}"), (broken.Phase, broken.Outlook));
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
            MigrationResult told = await migration.ResultAsync();
            output.WriteLine($"{told.Error} {told.RecommendedAction}");
            Assert.Equal((MigrationOutcome.Failed, MigrationEndState.SplitPostCopy, "PostCopyBroken"), (told.Outcome, told.EndState, told.ErrorId));
            Assert.Contains($"Resume-VmMigration {guest.Name}", told.RecommendedAction, StringComparison.Ordinal);

            proposed = await lab.Resumer.ProposeAsync(vm, new(), CancellationToken.None);
            Assert.Equal(run.Plan.Transfer with { Techniques = run.Plan.Transfer.Techniques | MigrationTechniques.PostCopyResume }, proposed.Plan.Transfer);
            MigrationResult result = await lab.Resumer.ResumeAsync(proposed, null, CancellationToken.None);
            output.WriteLine($"{result.Describe()} {result.Error} {string.Join("; ", result.Notices)} {result.Duration}");
            Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, run.Plan.Destination), (result.Outcome, result.EndState, result.Host));
            Assert.Empty(result.Notices);
        }
        finally
        {
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
        }

        Assert.Equal("enable", await guest.InfoAsync(run.Plan.Destination, "Autostart"));
        Assert.Null(await run.Destination.GetIntentAsync(run.Plan.Uuid, CancellationToken.None));
        await guest.RunsOnlyOnAsync(run.Plan.Destination);
        await RefusedAsync(vm, "MigrationNotBroken", "is not being migrated");
    }

    // The truth about none: nobody runs the guest, and nobody says otherwise.
    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_destination_QEMU_that_dies_has_taken_the_guest_along_and_that_is_said()
    {
        (Guest guest, MigrationRun run) = await GivenAsync("doomed");
        VirtualMachine vm = await guest.ListedAsync();
        await using Migration migration = await InPostCopyAsync(run);
        try
        {
            await LabFixture.LabAsync("kill", run.Plan.Destination, "qemu", guest.Name);
            MigrationResult result = await migration.ResultAsync();
            output.WriteLine($"{result.Error} {result.RecommendedAction}");
            Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Nowhere, "PostCopyGuestLost", null), (result.Outcome, result.EndState, result.ErrorId, result.Host));
            Assert.Contains("the guest is lost", result.Error, StringComparison.Ordinal);
            await RefusedAsync(vm, "PostCopyGuestLost", $"{run.Plan.Destination}'s QEMU ended");
            IReadOnlyDictionary<string, string> states = await guest.StatesAsync();
            Assert.Equal("paused", states[run.Plan.Source]);
            Assert.NotEqual("running", states.GetValueOrDefault(run.Plan.Destination));
        }
        finally
        {
            await LabFixture.LabAsync("link", run.Plan.Source, "--up");
            await LabFixture.LabAsync("destroy", guest.Name);
        }
    }

    // After the first pass only what it writes is missing, some 5 s' worth over this link, and little of its kernel.
    private async Task<(Guest Guest, MigrationRun Run)> GivenAsync(string name = "broken")
    {
        Guest guest = await lab.GuestAsync(name, null, "--memory", "192MiB", "--workingset", "64MiB", "--dirty", "40MiB/s");
        return (guest, await lab.PlanAsync(guest, new PlanOptions { Policy = s_postCopySoon }));
    }

    // A bandwidth would not hold in post-copy: only the cable makes it last. Some memory must have followed: with a page of the guest's
    // kernel missing, an emulated QEMU answers nobody.
    private static async Task<Migration> InPostCopyAsync(MigrationRun run)
    {
        await LabFixture.LabAsync("link", run.Plan.Source, "--rate", "100mbit");
        Migration migration = Migration.Start(run);
        await migration.ReachesAsync("post-copy", sample => sample.Phase == MigrationPhase.PostCopy);
        long begun = migration.Samples.Last().Sent.Bytes;
        await migration.ReachesAsync("memory follows", sample => sample.Phase == MigrationPhase.PostCopy && sample.Sent.Bytes > begun + (8 << 20));
        return migration;
    }

    private static async Task DownAsync(MigrationRun run, Migration migration, TimeSpan time)
    {
        await LabFixture.LabAsync("link", run.Plan.Source, "--down");
        TimeSpan from = migration.Samples.Last().Elapsed;
        await migration.ReachesAsync($"{time} without a link", sample => sample.Elapsed >= from + time);
    }

    private static async Task SplitAsync(Guest guest, MigrationRun run, string reason)
    {
        Assert.Equal($"paused ({reason})", await guest.VirshAsync(run.Plan.Source, "domstate", "--reason"));
        Assert.Equal("running (post-copy)", await guest.VirshAsync(run.Plan.Destination, "domstate", "--reason"));
    }

    private async Task RefusedAsync(VirtualMachine vm, string errorId, string words)
    {
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => lab.Resumer.ProposeAsync(vm, new(), CancellationToken.None));
        output.WriteLine($"{error.Message} {error.RecommendedAction}");
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }
}
