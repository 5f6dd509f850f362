using VirtMigration.Options;

namespace VirtMigration.Placement;

/// <summary>VMs that belong together stay together, and those that belong apart stay apart. Where the rule is broken already, a move that
/// makes it no worse is allowed, or the VMs could never be brought where they belong.</summary>
public sealed class AffinityCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Groups.Count == 0 ? [] : OfGroups(candidate);
    }

    private static IEnumerable<DestinationFinding> OfGroups(DestinationCandidate candidate) => candidate.Groups.SelectMany(group => Check(candidate, group));

    private static IEnumerable<DestinationFinding> Check(DestinationCandidate candidate, AffinityGroup group)
    {
        AffinityPeers peers = AffinityPeers.Of(candidate, group);
        bool together = group.Rule == AffinityRule.Together;
        IReadOnlyList<(AffinityMember Vm, string Host)> breaking = together ? peers.Elsewhere : peers.There;
        if (breaking.Count > 0)
        {
            // Together: fewer are met there than are left here. Apart: more are met.
            bool worse = together ? peers.There.Count < peers.Here : peers.There.Count > peers.Here;
            FindingSeverity severity = !group.Mandatory ? FindingSeverity.Info
                : worse && !candidate.IgnoreAffinity ? FindingSeverity.Blocker
                : FindingSeverity.Warning;
            yield return new(
                together ? "AffinityBroken" : "AntiAffinityBroken",
                candidate.Destination.Name,
                severity,
                together ? $"the VMs of affinity group {group.Name} together" : $"the VMs of affinity group {group.Name} apart",
                $"{string.Join(", ", breaking.Select(peer => $"{peer.Vm} is on {peer.Host}"))}{(worse || !group.Mandatory ? string.Empty : ", and it is no better where the VM is now")}",
                WayOut(candidate, group, severity));
        }

        if (peers.Unknown.Count > 0)
        {
            yield return new(
                "AffinityUnknown",
                candidate.Destination.Name,
                group.Mandatory ? FindingSeverity.Warning : FindingSeverity.Info,
                $"the VMs of affinity group {group.Name} {(together ? "together" : "apart")}",
                $"where {string.Join(", ", peers.Unknown)} {(peers.Unknown.Count == 1 ? "is" : "are")} is not known, for {string.Join(", ", candidate.Silent)} did not answer",
                $"See to it that {string.Join(", ", candidate.Silent)} {(candidate.Silent.Count == 1 ? "answers" : "answer")}: Get-VmHost.");
        }
    }

    private static string WayOut(DestinationCandidate candidate, AffinityGroup group, FindingSeverity severity) => (severity, group.Rule) switch
    {
        (FindingSeverity.Info, _) => "Nothing: the group is not mandatory, and the host only counts less.",
        (FindingSeverity.Blocker, AffinityRule.Together) =>
            $"Move them all to {candidate.Destination.Name}, each with -IgnoreAffinity, or change the group: Set-VmAffinityGroup {group.Name}.",
        (FindingSeverity.Blocker, _) => $"Choose another host, move it all the same with -IgnoreAffinity, or change the group: Set-VmAffinityGroup {group.Name}.",
        (_, AffinityRule.Together) => $"Move the others after it, or change the group: Set-VmAffinityGroup {group.Name}.",
        _ => $"Move one of them away afterwards, or change the group: Set-VmAffinityGroup {group.Name}.",
    };
}
