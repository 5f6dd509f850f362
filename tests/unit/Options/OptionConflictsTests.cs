using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class OptionConflictsTests
{
    private const string PostCopyExcludes = "parallel connections exclude post-copy";
    private const string Forbidden = "the cluster forbids parallel migration";
    private const string Needed = "the policy needs parallel migration, which the cluster forbids";

    private static readonly MigrationPolicy[] s_policies =
    [
        .. BuiltInPolicies.All,
        BuiltInPolicies.Default with { Name = "Armed", BuiltIn = false, ArmsPostCopy = true },
        BuiltInPolicies.Default with
        {
            Name = "Late",
            BuiltIn = false,
            Deadlines = [ConvergenceStep.Parse("no progress for 150s: post-copy")],
        },
    ];

    public static TheoryData<string?, string?, string?, string?, bool?, string?, SettingOrigin, SettingOrigin> Table => new()
    {
        // VM: connections, policy; cluster: connections, policy, parallel allowed; reason; whose connections, whose policy
        { null, null, null, null, null, null, SettingOrigin.Default, SettingOrigin.Default },
        { "Parallel", null, null, "PostCopy", null, PostCopyExcludes, SettingOrigin.Vm, SettingOrigin.Cluster },
        { "2", null, null, "PostCopy", null, PostCopyExcludes, SettingOrigin.Vm, SettingOrigin.Cluster },
        { null, "PostCopy", "Parallel", null, null, PostCopyExcludes, SettingOrigin.Cluster, SettingOrigin.Vm },
        { null, "PostCopy", "255", null, null, PostCopyExcludes, SettingOrigin.Cluster, SettingOrigin.Vm },
        { "8", "PostCopy", "Disabled", "MinimalDowntime", null, PostCopyExcludes, SettingOrigin.Vm, SettingOrigin.Vm },
        { null, null, "8", "PostCopy", null, PostCopyExcludes, SettingOrigin.Cluster, SettingOrigin.Cluster },
        { "Parallel", "Armed", null, null, null, PostCopyExcludes, SettingOrigin.Vm, SettingOrigin.Vm },
        { "Parallel", "Late", null, null, null, PostCopyExcludes, SettingOrigin.Vm, SettingOrigin.Vm },
        { "Auto", "PostCopy", null, null, null, null, default, default },
        { "Disabled", "PostCopy", "Parallel", null, null, null, default, default },
        { "Auto", null, "8", "PostCopy", null, null, default, default },
        { "Parallel", "VeryLarge", null, "PostCopy", null, null, default, default },
        { "Parallel", null, null, "VeryLarge", true, null, default, default },
        { "Parallel", null, null, null, false, Forbidden, SettingOrigin.Vm, SettingOrigin.Default },
        { null, "VeryLarge", null, null, false, Needed, SettingOrigin.Default, SettingOrigin.Vm },
        { "Auto", null, null, "VeryLarge", false, Needed, SettingOrigin.Vm, SettingOrigin.Cluster },
        { "8", "VeryLarge", null, null, false, Forbidden, SettingOrigin.Vm, SettingOrigin.Vm },
        { "Auto", null, null, null, false, null, default, default },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_conflict_is_found_with_whose_word_each_side_is(
        string? vmParallel, string? vmPolicy, string? parallel, string? policy, bool? allowed, string? reason, SettingOrigin parallelOrigin, SettingOrigin policyOrigin)
    {
        OptionConflict? conflict = OptionConflicts.Of(
            "db1",
            "h1",
            new() { ParallelConnections = Choice(vmParallel), Policy = vmPolicy },
            new() { Cluster = "c1", ParallelConnections = Choice(parallel), Policy = policy, ParallelAllowed = allowed },
            s_policies);
        Assert.Equal(reason, conflict?.Reason);
        if (conflict is not null)
        {
            Assert.Equal(("db1", "h1"), (conflict.VM, conflict.Host));
            Assert.Equal((Choice(vmParallel) ?? Choice(parallel) ?? default, parallelOrigin), (conflict.ParallelConnections, conflict.ParallelOrigin));
            Assert.Equal((vmPolicy ?? policy ?? "MinimalDowntime", policyOrigin), (conflict.Policy, conflict.PolicyOrigin));
        }
    }

    [Theory]
    [InlineData("db1", "db1 on h1: ParallelConnections Parallel (its own), policy PostCopy (the cluster's): parallel connections exclude post-copy")]
    [InlineData(null, "the cluster itself: ParallelConnections Parallel (the cluster's), policy PostCopy (the default): parallel connections exclude post-copy")]
    public void It_says_in_words_what_is_stated_and_by_whom(string? vm, string text) => Assert.Equal(text, new OptionConflict(
        vm,
        vm is null ? null : "h1",
        ParallelChoice.Parallel,
        vm is null ? SettingOrigin.Cluster : SettingOrigin.Vm,
        "PostCopy",
        vm is null ? SettingOrigin.Default : SettingOrigin.Cluster,
        PostCopyExcludes).ToString());

    private static ParallelChoice? Choice(string? text) => text is null ? null : ParallelChoice.Parse(text);
}
