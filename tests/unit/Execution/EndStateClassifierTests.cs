using VirtMigration.Execution;
using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>The table of situations: what the source says, what the destination says, and the one word that is not a lie.</summary>
public sealed class EndStateClassifierTests
{
    // state reason, +job where a job is under way; "none": not active or not known there; "silent": no answer.
    private static readonly Dictionary<string, VmObservation> s_saying = new()
    {
        ["silent"] = VmObservation.NoAnswer("h", "no route"),
        ["none"] = new() { Host = "h", Answered = true },
        ["defined"] = new() { Host = "h", Answered = true, Present = true, Persistent = true, State = VmPowerState.ShutOff },
        ["migrated away"] = Off(VmPowerState.ShutOff, VmStateReason.Migrated),
        ["crashed"] = Off(VmPowerState.Crashed, VmStateReason.Crashed),
        ["running"] = On(VmPowerState.Running),
        ["running+job"] = On(VmPowerState.Running, job: true),
        ["running cancelled"] = On(VmPowerState.Running, VmStateReason.MigrationCancelled),
        ["running migrated"] = On(VmPowerState.Running, VmStateReason.Migrated),
        ["running in post-copy"] = On(VmPowerState.Running, VmStateReason.RunningInPostCopy),
        ["blocked"] = On(VmPowerState.Blocked),
        ["paused by user"] = On(VmPowerState.Paused, VmStateReason.PausedByUser),
        ["paused by user+job"] = On(VmPowerState.Paused, VmStateReason.PausedByUser, job: true),
        ["paused on I/O error"] = On(VmPowerState.Paused, VmStateReason.IoError),
        ["paused for switchover"] = On(VmPowerState.Paused, VmStateReason.Migration),
        ["paused for switchover+job"] = On(VmPowerState.Paused, VmStateReason.Migration, job: true),
        ["memory coming in"] = On(VmPowerState.Paused, VmStateReason.Migration),
        ["starting up"] = On(VmPowerState.Paused, VmStateReason.StartingUp),
        ["paused in post-copy"] = On(VmPowerState.Paused, VmStateReason.PostCopy),
        ["paused in post-copy+job"] = On(VmPowerState.Paused, VmStateReason.PostCopy, job: true),
        ["running, post-copy failed"] = On(VmPowerState.Running, VmStateReason.PostCopyFailed),
        ["post-copy failed"] = On(VmPowerState.Paused, VmStateReason.PostCopyFailed),
        ["post-copy failed+job"] = On(VmPowerState.Paused, VmStateReason.PostCopyFailed, job: true),
    };

    // Whatever the hypervisor said about the call: where both hosts answer, they decide.
    [Theory]
    [InlineData("none", "running migrated", MigrationEndState.Moved)]
    [InlineData("defined", "running migrated", MigrationEndState.Moved)]
    [InlineData("migrated away", "running", MigrationEndState.Moved)]
    [InlineData("none", "blocked", MigrationEndState.Moved)]
    [InlineData("none", "paused by user", MigrationEndState.Moved)]
    [InlineData("none", "paused on I/O error", MigrationEndState.Moved)]
    [InlineData("none", "memory coming in", MigrationEndState.InProgress)]
    [InlineData("none", "starting up", MigrationEndState.InProgress)]
    [InlineData("running", "none", MigrationEndState.Stayed)]
    [InlineData("running cancelled", "none", MigrationEndState.Stayed)]
    [InlineData("running cancelled", "defined", MigrationEndState.Stayed)]
    [InlineData("blocked", "none", MigrationEndState.Stayed)]
    [InlineData("paused by user", "none", MigrationEndState.Stayed)]
    [InlineData("paused on I/O error", "none", MigrationEndState.Stayed)]
    [InlineData("running cancelled", "memory coming in", MigrationEndState.Stayed)]
    [InlineData("running", "starting up", MigrationEndState.Stayed)]
    [InlineData("paused by user", "memory coming in", MigrationEndState.Stayed)]
    [InlineData("running+job", "none", MigrationEndState.InProgress)]
    [InlineData("running+job", "memory coming in", MigrationEndState.InProgress)]
    [InlineData("running+job", "starting up", MigrationEndState.InProgress)]
    [InlineData("paused by user+job", "memory coming in", MigrationEndState.InProgress)]
    [InlineData("paused for switchover+job", "memory coming in", MigrationEndState.InProgress)]
    [InlineData("paused for switchover", "running migrated", MigrationEndState.InProgress)]
    [InlineData("paused in post-copy+job", "running in post-copy", MigrationEndState.InProgress)]
    [InlineData("paused in post-copy", "running in post-copy", MigrationEndState.InProgress)]
    [InlineData("paused in post-copy+job", "running migrated", MigrationEndState.InProgress)]
    [InlineData("running+job", "running in post-copy", MigrationEndState.InProgress)]
    [InlineData("post-copy failed", "post-copy failed", MigrationEndState.SplitPostCopy)]
    [InlineData("post-copy failed+job", "post-copy failed", MigrationEndState.SplitPostCopy)]
    [InlineData("post-copy failed", "running in post-copy", MigrationEndState.SplitPostCopy)]
    [InlineData("paused in post-copy+job", "post-copy failed", MigrationEndState.SplitPostCopy)]
    [InlineData("paused in post-copy", "post-copy failed", MigrationEndState.SplitPostCopy)]
    [InlineData("none", "none", MigrationEndState.Nowhere)]
    [InlineData("defined", "none", MigrationEndState.Nowhere)]
    [InlineData("none", "defined", MigrationEndState.Nowhere)]
    [InlineData("crashed", "none", MigrationEndState.Nowhere)]
    [InlineData("migrated away", "crashed", MigrationEndState.Nowhere)]
    [InlineData("paused in post-copy", "none", MigrationEndState.Nowhere)]
    [InlineData("post-copy failed", "crashed", MigrationEndState.Nowhere)]
    [InlineData("running", "running migrated", MigrationEndState.OnBoth)]
    [InlineData("running cancelled", "running", MigrationEndState.OnBoth)]
    [InlineData("blocked", "running", MigrationEndState.OnBoth)]
    [InlineData("running", "paused by user", MigrationEndState.Unknown)]
    [InlineData("paused by user", "running migrated", MigrationEndState.Unknown)]
    [InlineData("none", "post-copy failed", MigrationEndState.Unknown)]
    [InlineData("none", "running, post-copy failed", MigrationEndState.Unknown)]
    [InlineData("post-copy failed+job", "running, post-copy failed", MigrationEndState.SplitPostCopy)]
    public void Where_both_hosts_answer_they_decide(string source, string destination, MigrationEndState state)
    {
        Assert.Equal(state, Classify(source, destination, saidToHaveMoved: false));
        Assert.Equal(state, Classify(source, destination, saidToHaveMoved: true));
    }

    [Theory]
    [InlineData("running+job", false, MigrationEndState.InProgress)]
    [InlineData("paused in post-copy+job", false, MigrationEndState.InProgress)]
    [InlineData("running", false, MigrationEndState.Stayed)]
    [InlineData("running cancelled", false, MigrationEndState.Stayed)]
    [InlineData("paused by user", false, MigrationEndState.Stayed)]
    [InlineData("paused for switchover", false, MigrationEndState.Unknown)]
    [InlineData("paused in post-copy", false, MigrationEndState.Unknown)]
    [InlineData("post-copy failed+job", false, MigrationEndState.Unknown)]
    [InlineData("none", false, MigrationEndState.Unknown)]
    [InlineData("defined", false, MigrationEndState.Unknown)]
    [InlineData("none", true, MigrationEndState.Moved)]
    [InlineData("defined", true, MigrationEndState.Moved)]
    [InlineData("running", true, MigrationEndState.Unknown)]
    [InlineData("paused by user", true, MigrationEndState.Unknown)]
    [InlineData("paused for switchover", true, MigrationEndState.Unknown)]
    [InlineData("paused in post-copy", true, MigrationEndState.Unknown)]
    public void Where_the_destination_is_silent_the_source_and_the_hypervisors_word_must_agree(
        string source, bool saidToHaveMoved, MigrationEndState state) => Assert.Equal(state, Classify(source, "silent", saidToHaveMoved));

    [Theory]
    [InlineData("running migrated", MigrationEndState.Moved)]
    [InlineData("running", MigrationEndState.Moved)]
    [InlineData("blocked", MigrationEndState.Moved)]
    [InlineData("running in post-copy", MigrationEndState.Unknown)]
    [InlineData("memory coming in", MigrationEndState.Unknown)]
    [InlineData("starting up", MigrationEndState.Unknown)]
    [InlineData("paused by user", MigrationEndState.Unknown)]
    [InlineData("post-copy failed", MigrationEndState.Unknown)]
    [InlineData("running, post-copy failed", MigrationEndState.Unknown)]
    [InlineData("none", MigrationEndState.Unknown)]
    [InlineData("defined", MigrationEndState.Unknown)]
    public void Where_the_source_is_silent_only_a_guest_that_runs_has_moved(string destination, MigrationEndState state) =>
        Assert.Equal(state, Classify("silent", destination, saidToHaveMoved: false));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_nobody_answers_nothing_is_claimed(bool saidToHaveMoved) =>
        Assert.Equal(MigrationEndState.Unknown, Classify("silent", "silent", saidToHaveMoved));

    // The guest ran there, or its pages were only here: no host has them all any more.
    [Theory]
    [InlineData("post-copy failed", "none", true)]
    [InlineData("post-copy failed+job", "crashed", true)]
    [InlineData("paused in post-copy", "defined", true)]
    [InlineData("none", "running, post-copy failed", true)]
    [InlineData("post-copy failed", "running, post-copy failed", false)]
    [InlineData("post-copy failed", "paused by user", false)]
    [InlineData("post-copy failed", "silent", false)]
    [InlineData("silent", "running, post-copy failed", false)]
    [InlineData("none", "running in post-copy", false)]
    [InlineData("running", "none", false)]
    [InlineData("none", "none", false)]
    [InlineData("paused for switchover", "none", false)]
    public void A_half_that_is_gone_has_taken_the_guest_with_it(string source, string destination, bool lost) =>
        Assert.Equal(lost, EndStateClassifier.LostInPostCopy(s_saying[source], s_saying[destination]));

    // Its pages are still on the source: a source that is gone means a guest that will stop.
    [Fact]
    public void A_guest_still_in_post_copy_without_its_source_has_not_moved() =>
        Assert.NotEqual(MigrationEndState.Moved, Classify("none", "running in post-copy", saidToHaveMoved: false));

    // The two are asked one after the other; a source with a job was asked just before the switchover.
    [Fact]
    public void A_source_with_its_job_under_way_is_asked_again_before_anybody_calls_the_disks_in_danger() =>
        Assert.Equal(MigrationEndState.InProgress, Classify("running+job", "running migrated", saidToHaveMoved: false));

    // The guest runs on neither, and either may be resumed.
    [Fact]
    public void Two_hosts_that_both_stand_at_the_switchover_have_not_settled() =>
        Assert.Equal(MigrationEndState.InProgress, Classify("paused for switchover", "memory coming in", saidToHaveMoved: false));

    [Fact]
    public void No_answer_is_ever_taken_for_a_VM_that_is_gone() => Assert.All(
        s_saying.Keys,
        other =>
        {
            Assert.NotEqual(MigrationEndState.Nowhere, Classify(other, "silent", saidToHaveMoved: false));
            Assert.NotEqual(MigrationEndState.Nowhere, Classify("silent", other, saidToHaveMoved: false));
        });

    [Fact]
    public void A_VM_whose_source_is_active_never_moved() => Assert.All(
        from source in s_saying where source.Value.Active from destination in s_saying.Keys select (source.Key, destination),
        pair => Assert.NotEqual(MigrationEndState.Moved, Classify(pair.Key, pair.destination, saidToHaveMoved: true)));

    [Fact]
    public void A_VM_that_runs_on_the_destination_never_stayed() => Assert.All(
        from source in s_saying.Keys
        from destination in s_saying
        where destination.Value is { Active: true, State: VmPowerState.Running or VmPowerState.Blocked }
        select (source, destination.Key),
        pair => Assert.NotEqual(MigrationEndState.Stayed, Classify(pair.source, pair.Key, saidToHaveMoved: false)));

    private static MigrationEndState Classify(string source, string destination, bool saidToHaveMoved) => EndStateClassifier.Classify(
        s_saying[source] with { Host = "h1" }, s_saying[destination] with { Host = "h2" }, saidToHaveMoved);

    private static VmObservation On(VmPowerState state, VmStateReason reason = VmStateReason.Other, bool job = false) => new()
    {
        Host = "h",
        Answered = true,
        Present = true,
        Active = true,
        Persistent = true,
        State = state,
        Reason = reason,
        JobRunning = job,
    };

    private static VmObservation Off(VmPowerState state, VmStateReason reason) => On(state, reason) with { Active = false };
}
