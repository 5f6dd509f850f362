using VirtMigration.Execution;
using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>What the hosts say of a VM, and how its post-copy stands by that.</summary>
public sealed class PostCopySidesTests
{
    // Of h1, h2 and h3 in this order; the record names h2 where there is one.
    [Theory]
    [InlineData("running", "none", "none", false, PostCopyCondition.None, null, null)]
    [InlineData("none", "none", "none", true, PostCopyCondition.None, null, null)]
    [InlineData("switchover", "none", "none", true, PostCopyCondition.None, null, null)]
    [InlineData("post-copy", "runs in post-copy", "none", true, PostCopyCondition.UnderWay, "h1", "h2")]
    [InlineData("runs in post-copy", "post-copy", "none", false, PostCopyCondition.UnderWay, "h2", "h1")]
    [InlineData("post-copy", "running", "none", false, PostCopyCondition.UnderWay, "h1", "h2")]
    [InlineData("failed", "runs in post-copy", "none", true, PostCopyCondition.HalfNoticed, "h1", "h2")]
    [InlineData("post-copy", "runs, failed", "none", true, PostCopyCondition.HalfNoticed, "h1", "h2")]
    [InlineData("failed", "runs, failed", "none", false, PostCopyCondition.Broken, "h1", "h2")]
    [InlineData("failed", "none", "runs, failed", true, PostCopyCondition.Broken, "h1", "h3")]
    [InlineData("failed", "failed", "none", true, PostCopyCondition.Broken, "h1", "h2")]
    [InlineData("failed", "crashed", "none", true, PostCopyCondition.Lost, "h1", "h2")]
    [InlineData("failed", "none", "none", true, PostCopyCondition.Lost, "h1", "h2")]
    [InlineData("failed", "none", "crashed", false, PostCopyCondition.HalfUnseen, "h1", null)]
    [InlineData("failed", "none", "crashed", true, PostCopyCondition.Lost, "h1", "h2")]
    [InlineData("failed", "none", "silent", true, PostCopyCondition.Lost, "h1", "h2")]
    [InlineData("none", "runs, failed", "none", true, PostCopyCondition.Lost, null, "h2")]
    [InlineData("failed", "silent", "none", true, PostCopyCondition.HalfUnseen, "h1", null)]
    [InlineData("failed", "silent", "none", false, PostCopyCondition.HalfUnseen, "h1", null)]
    [InlineData("failed", "none", "none", false, PostCopyCondition.HalfUnseen, "h1", null)]
    [InlineData("silent", "runs, failed", "none", true, PostCopyCondition.HalfUnseen, null, "h2")]
    [InlineData("silent", "runs in post-copy", "none", false, PostCopyCondition.HalfUnseen, null, "h2")]
    public void Both_hosts_word_says_how_it_stands(string h1, string h2, string h3, bool recorded, PostCopyCondition condition, string? source, string? destination)
    {
        PostCopySides sides = PostCopySides.Of([Says("h1", h1), Says("h2", h2), Says("h3", h3)], recorded ? "h2" : null);
        Assert.Equal((condition, source, destination), (sides.Condition, sides.Source?.Host, sides.Destination?.Host));
    }

    // The order of the hosts says nothing, and both may be paused.
    [Fact]
    public void The_host_that_the_record_names_is_the_destination_also_where_both_are_paused()
    {
        PostCopySides sides = PostCopySides.Of([Says("h2", "failed"), Says("h1", "failed")], "h2");
        Assert.Equal((PostCopyCondition.Broken, "h1", "h2"), (sides.Condition, sides.Source?.Host, sides.Destination?.Host));
    }

    private static VmObservation Says(string host, string what) => what switch
    {
        "silent" => VmObservation.NoAnswer(host, "no route"),
        "none" => new() { Host = host, Answered = true },
        "crashed" => On(host, VmPowerState.ShutOff, VmStateReason.Crashed) with { Active = false },
        "running" => On(host, VmPowerState.Running, VmStateReason.Other),
        "switchover" => On(host, VmPowerState.Paused, VmStateReason.Migration),
        "post-copy" => On(host, VmPowerState.Paused, VmStateReason.PostCopy),
        "failed" => On(host, VmPowerState.Paused, VmStateReason.PostCopyFailed),
        "runs in post-copy" => On(host, VmPowerState.Running, VmStateReason.RunningInPostCopy),
        _ => On(host, VmPowerState.Running, VmStateReason.PostCopyFailed),
    };

    private static VmObservation On(string host, VmPowerState state, VmStateReason reason) =>
        new() { Host = host, Answered = true, Present = true, Active = true, Persistent = true, State = state, Reason = reason };
}
