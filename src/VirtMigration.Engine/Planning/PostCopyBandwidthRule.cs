using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>How much may be sent once the guest runs on the destination. The migration's bandwidth counts only until then: QEMU has a
/// limit of its own for post-copy (max-postcopy-bandwidth), and pages that the guest waits for may exceed even that.</summary>
internal static class PostCopyBandwidthRule
{
    private const string Setting = "PostCopyBandwidth";

    public static Bandwidth? Apply(PlanContext context, PostCopyMode postCopy)
    {
        (Bandwidth asked, SettingOrigin origin) = context.Asked.PostCopyBandwidth;
        _ = asked.ToMebibytesPerSecond();
        if (postCopy == PostCopyMode.Off)
        {
            if (origin != SettingOrigin.Default)
            {
                context.Record(Setting, asked.ToString(), origin, "None", $"{context.Whose(origin)}, without effect: post-copy is off");
            }

            return null;
        }

        if (asked.HasNoLimit())
        {
            string until = context.Asked.MigrationBandwidth.Value.Stated() is Bandwidth cap && !cap.HasNoLimit() ? $"; the {cap} that were stated hold until the switch" : string.Empty;
            context.Record(Setting, asked.ToString(), origin, asked.ToString(), $"{context.Whose(origin)}: in post-copy the guest waits for its pages{until}");
            return null;
        }

        if (context.Missing(VersionGates.PostCopyBandwidth) is string missing)
        {
            if (origin == SettingOrigin.Parameter)
            {
                throw new VirtMigrationException("PostCopyBandwidthNotSupported", $"Post-copy of VM '{context.Request.Vm.Name}' cannot be limited to {asked}: {missing}.",
                    "Leave -PostCopyBandwidth out.", context.Request.Vm.Name);
            }

            context.Record(Setting, asked.ToString(), origin, "unlimited", missing);
            context.Warn($"post-copy is not limited to the {asked} that policy {context.Policy.Name} states: {missing}");
            return null;
        }

        context.Record(Setting, asked.ToString(), origin, asked.ToString(), $"{context.Whose(origin)}; pages that the guest waits for may exceed it");
        return asked;
    }
}
