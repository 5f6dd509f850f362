using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Planning;

/// <summary>Whether and how the guest is told of its migration. It only makes the migration easier on the guest: where it cannot be told,
/// it is migrated without.</summary>
internal static class GuestNoticeRule
{
    private const string Setting = "GuestNotice";

    public static GuestNotice Apply(PlanContext context)
    {
        (GuestNotice asked, SettingOrigin origin) = context.Asked.GuestNotice;
        string whose = context.Whose(origin);
        if (asked.IsDisabled())
        {
            context.Record(Setting, asked.Value, origin, asked.Value, whose);
            return GuestNotice.Disabled;
        }

        if (WhyNot(context.Request, asked) is not string reason)
        {
            context.Record(Setting, asked.Value, origin, asked.Value, $"{whose}; the guest has up to 10 s to answer before the start");
            return asked;
        }

        context.Record(Setting, asked.Value, origin, GuestNotice.Disabled.Value, $"{reason} ({whose})");

        // A cluster states it for all its VMs, and most of them may have nobody who listens: that is worth a word in the plan only.
        if (origin != SettingOrigin.Cluster)
        {
            context.Warn($"the guest is not told of its migration ({asked}): {reason}");
        }

        return GuestNotice.Disabled;
    }

    private static string? WhyNot(MigrationRequest request, GuestNotice asked) =>
        request.Vm.State == VmPowerState.Paused ? "it is paused and could not answer"
        : asked.Channel() is string name && !request.Definition.Channels.Contains(name, StringComparer.Ordinal) ? NoChannel(request.Definition, name)
        : asked.AgentCommand() is not null && !request.Definition.AgentChannel ? "the VM has no channel for a guest agent"
        : null;

    private static string NoChannel(VmDefinition definition, string name) =>
        $"the VM has no virtio channel '{name}' over a UNIX socket; it has {(definition.Channels.Count == 0 ? "none" : string.Join(", ", definition.Channels))}";
}
