using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>The bandwidth QEMU may count on when it decides to switch over. It throttles nothing: it only decides when.</summary>
internal static class SwitchoverRule
{
    private const string Setting = "SwitchoverBandwidth";

    public static SwitchoverPlan Apply(PlanContext context)
    {
        (BandwidthChoice asked, SettingOrigin origin) = context.Asked.SwitchoverBandwidth;
        if (asked == BandwidthChoice.None)
        {
            context.Record(Setting, "None", origin, "None", $"{context.Whose(origin)}; QEMU estimates it from what it sent last");
            return default;
        }

        if ((asked.Stated() ?? context.Link) is not Bandwidth rate)
        {
            return Without(context, asked, origin, "no link's speed is known (Register-VmHost -LinkSpeed states it)");
        }

        OptionRules.CheckSwitchover(rate, context.Request.Vm.Name);
        if (rate > context.Link)
        {
            context.Warn($"a switchover bandwidth of {rate} is above the {context.Link} that the links carry: QEMU would switch over too early, and the guest stand for longer than its limit");
        }

        // Peer-to-peer only the source's daemon has to know the parameter (seen from 11.3 to 9.0); attached it goes to both.
        string? missing = context.Request.Parameters.Transport == MigrationTransport.Attached
            ? context.Missing(VersionGates.SwitchoverParameter)
            : VersionGates.SwitchoverParameter.MissingOn(context.Request.Source);
        if (missing is null)
        {
            context.Record(Setting, asked.Value, origin, rate.ToString(), $"{context.Whose(origin)}; libvirt tells QEMU with the transfer");
            return new(rate, null);
        }

        if (VersionGates.SwitchoverMonitor.MissingOn(context.Request.Source) is string tooOld)
        {
            return Without(context, asked, origin, tooOld);
        }

        context.Record(Setting, asked.Value, origin, rate.ToString(),
            $"{context.Whose(origin)}; told through the monitor of QEMU on {context.Request.Source.Name} ({missing}), for which libvirt marks the VM as tainted");
        return new(null, rate);
    }

    private static SwitchoverPlan Without(PlanContext context, BandwidthChoice asked, SettingOrigin origin, string reason)
    {
        context.Record(Setting, asked.Value, origin, "None", reason);
        context.Warn($"no switchover bandwidth is set although {asked} was asked for: {reason}");
        return default;
    }
}
