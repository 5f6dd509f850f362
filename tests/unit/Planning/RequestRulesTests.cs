using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class RequestRulesTests
{
    [Theory]
    [InlineData(MigrationTransport.Tunnelled, "tunnelled", "post-copy and parallel connections")]
    [InlineData(MigrationTransport.Rdma, "over RDMA", "parallel connections and zero-copy")]
    public void Tunnelled_and_RDMA_are_refused_with_the_reason(MigrationTransport transport, string how, string reason)
    {
        VirtMigrationException error = Given.Request().Asking(it => it with { Transport = transport }).Refused("TransportRefused");
        Assert.Contains($"'db1' is not migrated {how}", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal("db1", error.Target);
    }

    [Theory]
    [InlineData(MigrationMode.NotMigratable, true)]
    [InlineData(MigrationMode.ManualOnly, false)]
    [InlineData(MigrationMode.ManualAndAutomatic, false)]
    [InlineData(null, false)]
    public void A_VM_that_nobody_may_migrate_is_refused_whoever_asks(MigrationMode? mode, bool refused)
    {
        MigrationRequest request = Given.Request().Stating(new() { MigrationMode = mode });
        request = request with { Definition = request.Definition with { VCpuPins = [new(0, [1])] } };
        if (!refused)
        {
            Assert.Equal("h2", request.Planned().Destination);
            return;
        }

        VirtMigrationException error = request.Refused("VmNotMigratable");
        Assert.Equal("db1", error.Target);
        Assert.Contains("VM 'db1' on h1 may not be migrated: its MigrationMode is NotMigratable (it states so)", error.Message, StringComparison.Ordinal);
        Assert.Contains("Set-VmMigrationOption db1 -MigrationMode ManualOnly", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gone", null, "the VM asks for policy 'Gone'")]
    [InlineData(null, "Gone", "cluster 'c1' asks for policy 'Gone'")]
    public void A_policy_that_is_not_known_here_is_a_warning(string? vm, string? cluster, string warning)
    {
        MigrationPlan plan = Given.Request().Stating(new() { Policy = vm }).InCluster(it => it with { Policy = cluster }).Planned();
        Assert.Contains(warning, Assert.Single(plan.Warnings), StringComparison.Ordinal);
        Assert.Equal(("MinimalDowntime", SettingOrigin.Default), (plan.Policy, plan.Decision("Policy").Origin));
    }

    [Fact]
    public void What_a_VM_states_and_cannot_be_understood_is_a_warning()
    {
        MigrationPlan plan = Given.Request().Stating(new VmMigrationOptions { Problem = "version 2 is too new" }).Planned();
        Assert.Contains("version 2 is too new", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_policies_that_are_known_count_by_name()
    {
        MigrationPolicy night = BuiltInPolicies.Default with { Name = "Night", BuiltIn = false, MaxConcurrent = 7 };
        MigrationPlan plan = (Given.Request().Stating(new() { Policy = "NIGHT" }) with { Policies = [.. BuiltInPolicies.All, night] }).Planned();
        Assert.Equal(("Night", SettingOrigin.Vm, 7), (plan.Policy, plan.Decision("Policy").Origin, plan.Concurrency));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(30, null)]
    [InlineData(null, 20)]
    [InlineData(30, 20)]
    public void How_the_vCPUs_are_slowed_down_is_handed_over_and_said(int? initial, int? increment)
    {
        MigrationPolicy policy = BuiltInPolicies.Default with { Name = "Own", BuiltIn = false, AutoConvergeInitial = initial, AutoConvergeIncrement = increment };
        MigrationPlan plan = Given.Request(policy).Planned();
        Assert.Equal((initial, increment), (plan.Transfer.AutoConvergeInitial, plan.Transfer.AutoConvergeIncrement));
        Assert.Equal(initial is not null, plan.Decision("AutoConverge").Reason.Contains("30 %", StringComparison.Ordinal));
        Assert.Equal(increment is not null, plan.Decision("AutoConverge").Reason.Contains("20 %", StringComparison.Ordinal));
    }
}
