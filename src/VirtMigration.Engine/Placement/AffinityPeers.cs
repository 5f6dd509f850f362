using VirtMigration.Options;

namespace VirtMigration.Placement;

/// <summary>Where the other VMs of a candidate's affinity group are, as far as it is known.</summary>
internal sealed class AffinityPeers
{
    private AffinityPeers(IReadOnlyList<(AffinityMember Vm, string Host)> there, IReadOnlyList<(AffinityMember Vm, string Host)> elsewhere, int here, IReadOnlyList<AffinityMember> unknown)
    {
        There = there;
        Elsewhere = elsewhere;
        Here = here;
        Unknown = unknown;
    }

    /// <summary>Those on the destination.</summary>
    public IReadOnlyList<(AffinityMember Vm, string Host)> There { get; }

    /// <summary>Those on any other host, the VM's own included.</summary>
    public IReadOnlyList<(AffinityMember Vm, string Host)> Elsewhere { get; }

    /// <summary>How many are with the VM now.</summary>
    public int Here { get; }

    /// <summary>Those that may run on a host that did not answer. Where every host answered, one that is not known to run does not.</summary>
    public IReadOnlyList<AffinityMember> Unknown { get; }

    /// <summary>Finds them.</summary>
    /// <param name="candidate">The VM and the host.</param>
    /// <param name="group">The group.</param>
    public static AffinityPeers Of(DestinationCandidate candidate, AffinityGroup group)
    {
        List<(AffinityMember, string)> there = [];
        List<(AffinityMember, string)> elsewhere = [];
        List<AffinityMember> unknown = [];
        int here = 0;
        foreach (AffinityMember vm in group.Vms)
        {
            if (vm.Uuid == candidate.Vm.Uuid)
            {
                continue;
            }

            if (!candidate.Whereabouts.TryGetValue(vm.Uuid, out string? host))
            {
                if (candidate.Silent.Count > 0)
                {
                    unknown.Add(vm);
                }

                continue;
            }

            (Same(host, candidate.Destination.Name) ? there : elsewhere).Add((vm, host));
            here += Same(host, candidate.Source.Name) ? 1 : 0;
        }

        return new(there, elsewhere, here, unknown);
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
