using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class ConcurrencyRuleTests
{
    [Theory]
    [InlineData(null, 4, "Disabled", 4, SettingOrigin.Policy)]
    [InlineData(3, 4, "Disabled", 3, SettingOrigin.Cluster)]
    [InlineData(9, 1, "Auto", 9, SettingOrigin.Cluster)]
    [InlineData(9, 4, "Parallel", 1, SettingOrigin.Cluster)]
    [InlineData(null, 4, "2", 1, SettingOrigin.Policy)]
    public void The_clusters_number_stands_above_the_policys_and_a_parallel_migration_is_alone(
        int? cluster, int policy, string parallel, int taken, SettingOrigin origin)
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.Default with { Name = "Own", BuiltIn = false, MaxConcurrent = policy })
            .InCluster(it => it with { MaxConcurrent = cluster, ParallelConnections = ParallelChoice.Parse(parallel) })
            .Planned();
        Assert.Equal(taken, plan.Concurrency);
        PlanDecision decision = plan.Decision("Concurrency");
        Assert.Equal(($"{cluster ?? policy}", $"{taken}", origin), (decision.Asked, decision.Taken, decision.Origin));
    }

    // Where it gives way to one stream it is not alone any more.
    [Fact]
    public void What_is_not_parallel_after_all_shares_the_hosts() => Assert.Equal(2, Given.Request(BuiltInPolicies.PostCopy)
        .InCluster(it => it with { ParallelConnections = ParallelChoice.Parallel })
        .Planned().Concurrency);
}
