using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ZeroCopyRuleTests
{
    // Everything that excludes zero-copy but the cluster's word, and what the reason must name. Parallel connections stay raised wherever
    // the hosts have them.
    private static readonly Dictionary<string, (Func<MigrationRequest, MigrationRequest> Change, bool Parallel, string Says)> s_hindrances = new()
    {
        ["encryption by parameter"] = (it => it.Asking(asked => asked with { Encryption = true }), true, "encrypted"),
        ["encryption of the VM"] = (it => it.Stating(new() { Encryption = true }), true, "encrypted"),
        ["encryption of the cluster"] = (it => it.InCluster(cluster => cluster with { Encryption = true }), true, "encrypted"),
        ["compression by parameter"] = (it => it.Asking(asked => asked with { Compression = CompressionMethod.Zstd }), true, "Zstd"),
        ["source's libvirt too old"] = (it => it with { Source = it.Source.WithVersions("8.4.99", "10.0") }, true, "h1 has 8.4.99"),
        ["destination's QEMU too old"] = (it => it with { Destination = it.Destination.WithVersions("11.3", "7.0.99") }, true, "h2 has 7.0.99"),
        ["hard limit"] = (
            it => it with { Definition = it.Definition with { MemoryHardLimit = new ByteSize(it.Definition.Memory.Bytes - 1) } }, true, "hard_limit"),
        ["no parallel connections there"] = (it => it with { Destination = it.Destination.WithVersions("5.1.9", "10.0") }, false, "parallel connections"),
    };

    public static TheoryData<string> Hindrances => [.. s_hindrances.Keys];

    [Theory]
    [MemberData(nameof(Hindrances))]
    public void Whatever_excludes_it_the_migration_proceeds_and_says_so(string name)
    {
        (Func<MigrationRequest, MigrationRequest> change, bool parallel, string says) = s_hindrances[name];
        MigrationPlan plan = change(Given.Request(BuiltInPolicies.VeryLarge)).Planned();
        Assert.False(plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.Equal(parallel ? 2 : null, plan.Transfer.ParallelConnections);
        PlanDecision decision = plan.Decision("ZeroCopy");
        Assert.Equal(("on", "off", SettingOrigin.Policy), (decision.Asked, decision.Taken, decision.Origin));
        Assert.Contains(says, decision.Reason, StringComparison.Ordinal);
        string warning = Assert.Single(plan.Warnings, one => one.StartsWith("zero-copy is off", StringComparison.Ordinal));
        Assert.Contains(says, warning, StringComparison.Ordinal);
        Assert.Equal((BuiltInPolicies.VeryLarge.InitialDowntime, BuiltInPolicies.VeryLarge.Schedule), (plan.InitialDowntime, plan.Schedule));
    }

    [Fact]
    public void Where_nothing_excludes_it_it_is_on_without_a_word()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.VeryLarge).Planned();
        Assert.True(plan.Transfer.Uses(MigrationTechniques.ZeroCopy | MigrationTechniques.Parallel));
        Assert.Equal(("on", "on"), (plan.Decision("ZeroCopy").Asked, plan.Decision("ZeroCopy").Taken));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void A_policy_without_it_is_not_spoken_of()
    {
        MigrationPlan plan = Given.Request().Asking(it => it with { ParallelConnections = ParallelChoice.Parallel, Encryption = true }).Planned();
        Assert.Equal(("off", "off"), (plan.Decision("ZeroCopy").Asked, plan.Decision("ZeroCopy").Taken));
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Encrypted_it_is_off_and_parallel_connections_keep_the_automatic_number()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.VeryLarge).WithLinks("100Gbps", "100Gbps").Asking(it => it with { Encryption = true }).Planned();
        Assert.Equal(10, plan.Transfer.ParallelConnections);
        Assert.True(plan.Transfer.Uses(MigrationTechniques.Tls));
    }

    [Fact]
    public void Where_parallel_migration_is_forbidden_the_policy_is_refused_and_both_are_named()
    {
        VirtMigrationException error = Given.Request(BuiltInPolicies.VeryLarge).InCluster(it => it with { ParallelAllowed = false }).Refused("ParallelForbidden");
        Assert.Contains("VeryLarge", error.Message, StringComparison.Ordinal);
        Assert.Contains("'c1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("-ParallelAllowed", error.RecommendedAction, StringComparison.Ordinal);
    }
}
