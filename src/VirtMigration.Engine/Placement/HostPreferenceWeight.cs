using VirtMigration.Options;

namespace VirtMigration.Placement;

/// <summary>Hosts that the VM should rather be on, and those that it should rather not be on. It counts 40 parts: one step, as from neither
/// to preferred, is then more than both loads together (15) and less than the topology (25), and both steps are less than the pins
/// (50). An operator's wish goes before what is merely less busy, and never before what makes the guest's memory remote. oVirt has the
/// same order towards load (VmToHostAffinity with factor 20, CPU with 2).</summary>
public sealed class HostPreferenceWeight : IDestinationWeight
{
    private const int Share = 40;

    private static readonly DestinationMerit s_nothing = new("HostPreference", 0, 0, "the VM prefers no host");

    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmMigrationOptions options = candidate.Definition.Options;
        if (options.PreferredHosts is null && options.AvoidedHosts is null)
        {
            return s_nothing;
        }

        string host = candidate.Destination.Name;
        return options.AvoidedHosts?.Contains(host) == true ? Merit(0, "the VM should rather not be there")
            : options.PreferredHosts?.Contains(host) == true ? Merit(100, "the VM should rather be there")
            : Merit(50, "the VM neither prefers nor avoids it");
    }

    private static DestinationMerit Merit(int points, string reason) => new(s_nothing.Id, points, Share, reason);
}
