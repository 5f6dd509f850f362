using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Planning;

/// <summary>Whether the migration can be switched to post-copy. It comes first: what excludes post-copy is decided after it.</summary>
internal static class PostCopyRule
{
    public static PostCopyMode Apply(PlanContext context)
    {
        (PostCopyMode asked, SettingOrigin origin) = context.Asked.PostCopy;
        PostCopyMode ofPolicy = context.Policy.PostCopy();
        if (TimeoutRule.WantsPostCopy(context) && asked == PostCopyMode.Off)
        {
            (asked, origin) = origin != SettingOrigin.Parameter ? (PostCopyMode.Armed, SettingOrigin.Parameter)
                : throw new VirtMigrationException("TimeoutConflict", "-TimeoutAction PostCopy switches to post-copy, and -PostCopy Off forbids it.",
                    "Leave -PostCopy out, or choose -TimeoutAction Abort, Pause or Finish.", context.Request.Vm.Name);
        }

        if (asked == PostCopyMode.Scheduled && ofPolicy != PostCopyMode.Scheduled)
        {
            throw new VirtMigrationException("PostCopyUnplanned",
                $"Policy {context.Policy.Name} has no step that switches to post-copy, so post-copy cannot be scheduled with it.",
                "Choose a policy with such a step (PostCopy), or -PostCopy Armed to switch by hand.", context.Request.Vm.Name);
        }

        string? hindrance = asked == PostCopyMode.Off ? null
            : context.Request.Vm.State == VmPowerState.Paused ? "the VM is paused, so its memory stands still"
            : context.Request.Definition.HugePages ? "the VM's memory is on static huge pages, which post-copy cannot bring page by page"
            : context.Missing(VersionGates.PostCopy);
        PostCopyMode taken = hindrance is null ? asked : PostCopyMode.Off;
        if (hindrance is not null && context.Request.Vm.State != VmPowerState.Paused)
        {
            if (origin == SettingOrigin.Parameter || TimeoutRule.WantsPostCopy(context))
            {
                throw new VirtMigrationException("PostCopyNotSupported", $"VM '{context.Request.Vm.Name}' cannot be switched to post-copy: {hindrance}.",
                    TimeoutRule.WantsPostCopy(context) ? "Choose -TimeoutAction Abort, Pause or Finish." : "Leave -PostCopy out, or state -PostCopy Off.", context.Request.Vm.Name);
            }

            context.Warn($"post-copy is off although policy {context.Policy.Name} uses it: {hindrance}");
        }

        if (taken != PostCopyMode.Off && context.Request.Parameters.Transport == MigrationTransport.Attached)
        {
            throw new VirtMigrationException("AttachedPostCopy",
                $"{(origin == SettingOrigin.Parameter ? "A migration that is asked for with post-copy" : $"Policy {context.Policy.Name}")} can switch to post-copy, and an attached migration must not: if this shell died in post-copy, VM '{context.Request.Vm.Name}' would be lost.",
                "Leave -Attached out, or choose a policy without post-copy, or -PostCopy Off.", context.Request.Vm.Name);
        }

        string reason = hindrance ?? (origin, taken) switch
        {
            (SettingOrigin.Parameter, PostCopyMode.Off) when ofPolicy != PostCopyMode.Off => $"as asked; policy {context.Policy.Name} loses its step to post-copy",
            (_, not PostCopyMode.Off) when TimeoutRule.WantsPostCopy(context) => "armed for -TimeoutAction PostCopy",
            (SettingOrigin.Parameter, PostCopyMode.Armed) when ofPolicy == PostCopyMode.Scheduled => "as asked; it can be switched by hand, the policy's step is left out",
            (_, PostCopyMode.Armed) => $"{context.Whose(origin)}; it can be switched by hand, and costs nothing until then",
            _ => context.Whose(origin),
        };
        context.Record("PostCopy", Text(asked), origin, Text(taken), reason);
        return taken;
    }

    private static string Text(PostCopyMode mode) => mode switch
    {
        PostCopyMode.Armed => "armed",
        PostCopyMode.Scheduled => "scheduled",
        _ => "off",
    };
}
