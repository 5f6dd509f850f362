using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

public sealed class PostCopyRuleTests
{
    private static readonly MigrationPolicy s_armed = BuiltInPolicies.Default with { Name = "Armed", BuiltIn = false, ArmsPostCopy = true };

    // What the policy says, what the parameter says, what comes of it: null is a refusal.
    public static TheoryData<string, PostCopyMode?, PostCopyMode?> Modes => new()
    {
        { "MinimalDowntime", null, PostCopyMode.Off },
        { "MinimalDowntime", PostCopyMode.Off, PostCopyMode.Off },
        { "MinimalDowntime", PostCopyMode.Armed, PostCopyMode.Armed },
        { "MinimalDowntime", PostCopyMode.Scheduled, null },
        { "Armed", null, PostCopyMode.Armed },
        { "Armed", PostCopyMode.Off, PostCopyMode.Off },
        { "Armed", PostCopyMode.Armed, PostCopyMode.Armed },
        { "Armed", PostCopyMode.Scheduled, null },
        { "PostCopy", null, PostCopyMode.Scheduled },
        { "PostCopy", PostCopyMode.Off, PostCopyMode.Off },
        { "PostCopy", PostCopyMode.Armed, PostCopyMode.Armed },
        { "PostCopy", PostCopyMode.Scheduled, PostCopyMode.Scheduled },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public void It_is_off_armed_or_scheduled(string policy, PostCopyMode? asked, PostCopyMode? taken)
    {
        MigrationRequest request = Given.Request(Find(policy)).Asking(it => it with { PostCopy = asked });
        if (taken is null)
        {
            Assert.Contains(policy, request.Refused("PostCopyUnplanned").Message, StringComparison.Ordinal);
            return;
        }

        MigrationPlan plan = request.Planned();
        Assert.Equal(taken != PostCopyMode.Off, plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.Equal(taken == PostCopyMode.Scheduled, plan.Schedule.Any(step => step.Action == ConvergenceAction.StartPostCopy));
        Assert.Equal(ConvergenceAction.Abort, plan.Schedule[^1].Action);
        PlanDecision decision = plan.Decision("PostCopy");
        Assert.Equal($"{taken}", decision.Taken, ignoreCase: true);
        Assert.Equal(asked is null ? SettingOrigin.Policy : SettingOrigin.Parameter, decision.Origin);
    }

    [Theory]
    [InlineData("PostCopy", null)]
    [InlineData("Armed", null)]
    [InlineData("PostCopy", PostCopyMode.Armed)]
    [InlineData("MinimalDowntime", PostCopyMode.Armed)]
    public void A_paused_VM_has_none(string policy, PostCopyMode? asked)
    {
        MigrationPlan plan = (Given.Request(Find(policy)).Asking(it => it with { PostCopy = asked }) with
        {
            Vm = Given.Vm() with { State = VmPowerState.Paused },
        }).Planned();
        Assert.False(plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.DoesNotContain(ConvergenceAction.StartPostCopy, plan.Schedule.Concat(plan.Deadlines).Select(step => step.Action));
        Assert.Equal("off", plan.Decision("PostCopy").Taken);
        Assert.Contains("paused", plan.Decision("PostCopy").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PostCopy", null, true)]
    [InlineData("Armed", null, true)]
    [InlineData("MinimalDowntime", PostCopyMode.Armed, true)]
    [InlineData("PostCopy", PostCopyMode.Off, false)]
    [InlineData("MinimalDowntime", null, false)]
    public void This_shell_cannot_drive_it(string policy, PostCopyMode? asked, bool refused)
    {
        MigrationRequest request = Given.Request(Find(policy)).Asking(it => it with { PostCopy = asked, Transport = MigrationTransport.Attached });
        if (refused)
        {
            request.Refused("AttachedPostCopy");
            Assert.NotNull((request with { Vm = Given.Vm() with { State = VmPowerState.Paused } }).Planned());
        }
        else
        {
            Assert.False(request.Planned().Transfer.Uses(MigrationTechniques.PostCopy));
        }
    }

    [Theory]
    [InlineData("1.3.2", "2.6", false)]
    [InlineData("1.3.3", "2.5.99", false)]
    [InlineData("1.3.3", "2.6", true)]
    public void Hosts_too_old_have_none(string libvirt, string qemu, bool has)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.PostCopy);
        MigrationPlan plan = (request with { Destination = request.Destination.WithVersions(libvirt, qemu) }).Planned();
        Assert.Equal(has, plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.Equal(has, plan.Schedule.Any(step => step.Action == ConvergenceAction.StartPostCopy));
        Assert.Equal(!has, plan.Decision("PostCopy").Reason.Contains("needs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PostCopyMode.Armed)]
    [InlineData(PostCopyMode.Off)]
    public void What_a_parameter_asks_for_and_the_VM_cannot_have_is_refused_and_what_a_policy_has_is_left_out_aloud(PostCopyMode asked)
    {
        MigrationRequest request = Given.Request(BuiltInPolicies.PostCopy);
        request = request with { Definition = request.Definition with { HugePages = true } };
        Assert.Contains(request.Planned().Warnings, warning => warning.Contains("huge pages", StringComparison.Ordinal));
        MigrationRequest stated = request.Asking(it => it with { PostCopy = asked });
        if (asked == PostCopyMode.Off)
        {
            Assert.Empty(stated.Planned().Warnings);
        }
        else
        {
            Assert.Contains("huge pages", stated.Refused("PostCopyNotSupported").Message, StringComparison.Ordinal);
        }
    }

    // QEMU brings the pages one by one by userfaultfd, which static huge pages exclude: the migration would fail at its start.
    [Theory]
    [InlineData("PostCopy")]
    [InlineData("Armed")]
    public void A_VM_on_huge_pages_has_none(string policy)
    {
        MigrationRequest request = Given.Request(Find(policy));
        MigrationPlan plan = (request with { Definition = request.Definition with { HugePages = true } }).Planned();
        Assert.False(plan.Transfer.Uses(MigrationTechniques.PostCopy));
        Assert.Contains("huge pages", plan.Decision("PostCopy").Reason, StringComparison.Ordinal);
    }

    private static MigrationPolicy Find(string name) => name == "Armed" ? s_armed : BuiltInPolicies.Find(name);
}
