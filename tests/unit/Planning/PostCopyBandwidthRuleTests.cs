using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class PostCopyBandwidthRuleTests
{
    private static readonly Bandwidth s_limit = Bandwidth.Parse("500Mbps");

    private static readonly MigrationPolicy s_limited = BuiltInPolicies.PostCopy with { Name = "Limited", BuiltIn = false, PostCopyBandwidth = s_limit };

    [Fact]
    public void It_goes_with_the_transfer_as_the_policy_says()
    {
        MigrationPlan plan = Given.Request(s_limited).Planned();
        Assert.Equal(s_limit, plan.Transfer.PostCopyBandwidth);
        Assert.Equal(("500 Mbps", SettingOrigin.Policy), (plan.Decision("PostCopyBandwidth").Taken, plan.Decision("PostCopyBandwidth").Origin));
    }

    [Fact]
    public void A_parameter_counts_before_the_policy()
    {
        MigrationPlan plan = Given.Request(s_limited).Asking(it => it with { PostCopyBandwidth = Bandwidth.Parse("2Gbps") }).Planned();
        Assert.Equal(Bandwidth.Parse("2Gbps"), plan.Transfer.PostCopyBandwidth);
        Assert.Null(Given.Request(s_limited).Asking(it => it with { PostCopyBandwidth = Bandwidth.Unlimited }).Planned().Transfer.PostCopyBandwidth);
    }

    // What may be sent before the switch and after it are two limits of QEMU's, and somebody who states the first is told so.
    [Fact]
    public void The_bandwidth_of_the_migration_does_not_hold_in_post_copy_and_the_plan_says_so()
    {
        MigrationPlan plan = Given.Request(BuiltInPolicies.PostCopy).Asking(it => it with { Bandwidth = Bandwidth.Parse("1Gbps") }).Planned();
        Assert.Null(plan.Transfer.PostCopyBandwidth);
        Assert.Equal("unlimited", plan.Decision("PostCopyBandwidth").Taken);
        Assert.Contains("1 Gbps that were stated hold until the switch", plan.Decision("PostCopyBandwidth").Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hold until", Given.Request(BuiltInPolicies.PostCopy).Planned().Decision("PostCopyBandwidth").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_post_copy_it_has_no_effect_and_is_named_only_where_it_was_stated()
    {
        Assert.DoesNotContain(Given.Request().Planned().Decisions, one => one.Setting == "PostCopyBandwidth");
        MigrationPlan plan = Given.Request(s_limited).Asking(it => it with { PostCopy = PostCopyMode.Off }).Planned();
        Assert.Null(plan.Transfer.PostCopyBandwidth);
        Assert.Contains("post-copy is off", plan.Decision("PostCopyBandwidth").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void It_counts_for_post_copy_that_is_switched_by_hand_too() => Assert.Equal(
        s_limit, Given.Request().Asking(it => it with { PostCopy = PostCopyMode.Armed, PostCopyBandwidth = s_limit }).Planned().Transfer.PostCopyBandwidth);

    [Fact]
    public void Hosts_too_old_for_it_do_without_aloud_and_a_parameter_is_refused()
    {
        MigrationRequest request = Given.Request(s_limited);
        MigrationRequest old = request with { Source = request.Source.WithVersions("5.0.99", "7.2") };
        MigrationPlan plan = old.Planned();
        Assert.Null(plan.Transfer.PostCopyBandwidth);
        Assert.Contains(plan.Warnings, warning => warning.Contains("500 Mbps", StringComparison.Ordinal));
        Assert.Contains("500 Mbps", old.Asking(it => it with { PostCopyBandwidth = s_limit }).Refused("PostCopyBandwidthNotSupported").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Less_than_libvirt_can_be_told_is_refused() => Assert.Contains(
        "8 Mbps", Given.Request(BuiltInPolicies.PostCopy).Asking(it => it with { PostCopyBandwidth = Bandwidth.Parse("8Mbps") }).Refused("BandwidthTooSmall").Message, StringComparison.Ordinal);
}
