using VirtMigration.Options;

namespace VirtMigration.Placement;

/// <summary>As many of the VMs that belong with this one are there, and as few of those that do not. Mandatory groups count too: where one
/// is broken already, hosts that can take the VM differ in how much it is broken there. It counts 20 parts: more than both loads together (15), since a rule that gives way to every load would be none, and less than what a VM's
/// operator prefers by name (<see cref="HostPreferenceWeight"/>), than topology and than pins. oVirt too has rules between VMs behind
/// those between a VM and hosts (VmAffinity with factor 1, VmToHostAffinity with 20).</summary>
public sealed class AffinityWeight : IDestinationWeight
{
    private const int Share = 20;

    private static readonly DestinationMerit s_nothing = new("Affinity", 0, 0, "no affinity group says where the VM should be");

    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        int kept = 0;
        int known = 0;
        for (int i = 0; i < candidate.Groups.Count; i++)
        {
            AffinityGroup group = candidate.Groups[i];
            AffinityPeers peers = AffinityPeers.Of(candidate, group);
            known += peers.There.Count + peers.Elsewhere.Count;
            kept += group.Rule == AffinityRule.Together ? peers.There.Count : peers.Elsewhere.Count;
        }

        return known == 0 ? s_nothing : new(s_nothing.Id, 100 * kept / known, Share, $"{kept} of {known} VMs of its affinity groups are where they should be");
    }
}
