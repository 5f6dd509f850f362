using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>The downtime allowed at the start.</summary>
internal static class DowntimeRule
{
    public static TimeSpan Apply(PlanContext context)
    {
        (TimeSpan taken, SettingOrigin origin) = context.Asked.InitialDowntime;
        if (!QemuLimits.Allows(taken))
        {
            throw QemuLimits.DowntimeOutOfRange(taken, context.Request.Vm.Name);
        }

        string text = DurationText.Format(taken);
        context.Record("InitialDowntime", text, origin, text,
            origin == SettingOrigin.Policy ? context.Whose(origin) : $"{context.Whose(origin)}; the policy's schedule may raise it");
        return taken;
    }
}
