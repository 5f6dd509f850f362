using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class GuestNoticeRuleTests
{
    private static readonly GuestNotice s_channel = GuestNotice.Parse("channel:org.example.notice.0");
    private static readonly GuestNotice s_agent = GuestNotice.Parse("agent:notify");

    [Fact]
    public void A_guest_is_told_nothing_unless_it_is_asked_for()
    {
        MigrationPlan plan = WithChannels(Given.Request(), "org.example.notice.0").Planned();
        Assert.True(plan.GuestNotice.IsDisabled());
        PlanDecision decision = plan.Decision("GuestNotice");
        Assert.Equal(("Disabled", "Disabled", SettingOrigin.Default), (decision.Asked, decision.Taken, decision.Origin));
    }

    [Theory]
    [InlineData(SettingOrigin.Parameter)]
    [InlineData(SettingOrigin.Vm)]
    [InlineData(SettingOrigin.Cluster)]
    public void It_is_told_over_a_channel_that_it_has_whoever_asks(SettingOrigin origin)
    {
        MigrationPlan plan = WithChannels(Asking(s_channel, origin), "a", "org.example.notice.0").Planned();
        Assert.Equal(s_channel, plan.GuestNotice);
        PlanDecision decision = plan.Decision("GuestNotice");
        Assert.Equal((s_channel.Value, s_channel.Value, origin), (decision.Asked, decision.Taken, decision.Origin));
        Assert.Empty(plan.Warnings);
    }

    [Theory]
    [InlineData(SettingOrigin.Parameter, true)]
    [InlineData(SettingOrigin.Vm, true)]
    [InlineData(SettingOrigin.Cluster, false)]
    public void Without_the_channel_it_is_off_with_the_reason_and_warns_where_it_was_asked_of_this_VM(SettingOrigin origin, bool warns)
    {
        MigrationPlan plan = WithChannels(Asking(s_channel, origin), "a", "b").Planned();
        Assert.True(plan.GuestNotice.IsDisabled());
        PlanDecision decision = plan.Decision("GuestNotice");
        Assert.Equal((s_channel.Value, "Disabled", origin), (decision.Asked, decision.Taken, decision.Origin));
        Assert.Contains("no virtio channel 'org.example.notice.0' over a UNIX socket; it has a, b", decision.Reason, StringComparison.Ordinal);
        Assert.Equal(warns, plan.Warnings.Count == 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_agent_needs_its_channel(bool there)
    {
        MigrationRequest request = Asking(s_agent, SettingOrigin.Parameter);
        MigrationPlan plan = (request with { Definition = request.Definition with { AgentChannel = there } }).Planned();
        Assert.Equal(there ? s_agent : GuestNotice.Disabled, plan.GuestNotice);
        Assert.Equal(!there, plan.Decision("GuestNotice").Reason.Contains("no channel for a guest agent", StringComparison.Ordinal));
    }

    [Fact]
    public void A_paused_guest_could_not_answer()
    {
        MigrationRequest request = WithChannels(Asking(s_channel, SettingOrigin.Parameter), "org.example.notice.0");
        MigrationPlan plan = (request with { Vm = request.Vm with { State = VmPowerState.Paused } }).Planned();
        Assert.True(plan.GuestNotice.IsDisabled());
        Assert.Contains("paused", plan.Decision("GuestNotice").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_may_refuse_what_its_cluster_states()
    {
        MigrationRequest request = Asking(s_channel, SettingOrigin.Cluster).Stating(new() { GuestNotice = GuestNotice.Disabled });
        Assert.Equal(SettingOrigin.Vm, WithChannels(request, "org.example.notice.0").Planned().Decision("GuestNotice").Origin);
        Assert.True(WithChannels(request, "org.example.notice.0").Planned().GuestNotice.IsDisabled());
    }

    [Fact]
    public void A_plan_that_tells_the_guest_is_another_than_one_that_does_not()
    {
        MigrationPlan plan = Given.Plan();
        Assert.False(plan.DoesTheSameAs(plan with { GuestNotice = s_agent }));
    }

    private static MigrationRequest Asking(GuestNotice notice, SettingOrigin origin) => origin switch
    {
        SettingOrigin.Parameter => Given.Request().Asking(it => it with { GuestNotice = notice }),
        SettingOrigin.Vm => Given.Request().Stating(new() { GuestNotice = notice }),
        _ => Given.Request().InCluster(it => it with { GuestNotice = notice }),
    };

    private static MigrationRequest WithChannels(MigrationRequest request, params string[] names) =>
        request with { Definition = request.Definition with { Channels = names } };
}
