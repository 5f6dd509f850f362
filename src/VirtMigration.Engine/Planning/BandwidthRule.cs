using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>How much may be sent. It is stated whole: those who use a link at the same time share it when they do, so a lone migration
/// has all of it.</summary>
internal static class BandwidthRule
{
    public static BandwidthPlan Apply(PlanContext context)
    {
        MigrationRequest request = context.Request;
        (BandwidthChoice asked, SettingOrigin origin) = context.Asked.MigrationBandwidth;
        if (asked == BandwidthChoice.None)
        {
            throw new VirtMigrationException("BandwidthInvalid", "'None' is no migration bandwidth: nothing could be sent.",
                "State a rate (800Mbps), Link for what the links carry, or unlimited.", request.Vm.Name);
        }

        Bandwidth? cap = asked.Stated();
        bool unlimited = cap is { } stated && stated.HasNoLimit();
        Bandwidth? known = unlimited || cap is null ? context.Link : context.Link is Bandwidth link ? Bandwidth.Min(link, cap.Value) : cap;
        Bandwidth taken = unlimited ? Bandwidth.Unlimited : known ?? Bandwidth.Unlimited;
        _ = taken.ToMebibytesPerSecond();

        string links = $"links: {request.Source.Name} {Describe(request.Source.LinkSpeed)}, {request.Destination.Name} {Describe(request.Destination.LinkSpeed)}";
        string reason = taken.HasNoLimit() ? $"{links}; stated, for else an earlier migrate-setspeed would count" : links;
        context.Record("Bandwidth", cap is null ? taken.ToString() : asked.Value, cap is null && origin == SettingOrigin.Default ? SettingOrigin.Host : origin,
            taken.ToString(), reason);
        return new(taken, known);
    }

    public static string Describe(Bandwidth? speed) => speed?.ToString() ?? "not known";
}
