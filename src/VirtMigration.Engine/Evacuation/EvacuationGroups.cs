using VirtMigration.Options;

namespace VirtMigration.Evacuation;

/// <summary>What mandatory affinity groups ask of an evacuation, as <see cref="Placement.AffinityCheck"/> will judge it once all moves are made. VMs
/// that belong together and leave go to one host, where others of them are if it takes them. VMs that belong apart go to different hosts.
/// Members that stay on the source count: what makes it no worse than it is there is allowed.</summary>
internal sealed class EvacuationGroups
{
    private readonly Dictionary<Guid, List<Constraint>> _constraints = [];
    private readonly Dictionary<Guid, Guid> _leader = [];
    private readonly Dictionary<Guid, HashSet<string>> _bound = [];

    /// <param name="pairs">The pairs.</param>
    /// <param name="leaving">The VMs that leave.</param>
    public EvacuationGroups(EvacuationPairs pairs, IReadOnlyList<EvacuationGuest> leaving)
    {
        if (pairs.Situation.Parameters.IgnoreAffinity)
        {
            return;
        }

        HashSet<Guid> all = [.. leaving.Select(guest => guest.Vm.Uuid)];
        HashSet<Guid> running = [.. leaving.Where(guest => !EvacuationPairs.IsStopped(guest)).Select(guest => guest.Vm.Uuid)];
        foreach (AffinityGroup group in pairs.Situation.Groups.Where(group => group.Mandatory))
        {
            Constraint constraint = Constraint.Of(group, pairs.Situation, running);
            AffinityMember[] movers = [.. group.Vms.Where(member => all.Contains(member.Uuid))];
            foreach (AffinityMember member in movers)
            {
                if (!_constraints.TryGetValue(member.Uuid, out List<Constraint>? its))
                {
                    _constraints[member.Uuid] = its = [];
                }

                its.Add(constraint);
                if (group.Rule == AffinityRule.Together)
                {
                    _leader[LeaderOf(member.Uuid)] = LeaderOf(movers[0].Uuid);
                }
            }
        }

        foreach (Guid vm in _leader.Keys.ToArray())
        {
            foreach (Constraint constraint in _constraints[vm].Where(one => one.Group.Rule == AffinityRule.Together && one.Elsewhere.Count > 0))
            {
                int most = constraint.Elsewhere.Values.Max();
                HashSet<string> hosts = new(constraint.Elsewhere.Where(one => one.Value == most).Select(one => one.Key), StringComparer.OrdinalIgnoreCase);
                Guid leader = LeaderOf(vm);
                if (_bound.TryGetValue(leader, out HashSet<string>? before))
                {
                    before.UnionWith(hosts);
                }
                else
                {
                    _bound[leader] = hosts;
                }
            }
        }
    }

    /// <summary>What keeps a VM with others, by name; null: it goes by itself.</summary>
    public string? TogetherOf(Guid vm) => _leader.ContainsKey(vm) ? LeaderOf(vm).ToString() : null;

    /// <summary>The groups that keep a VM from others that leave.</summary>
    public IReadOnlyList<string> ApartOf(Guid vm) =>
        [.. ConstraintsOf(vm).Where(one => one.Group.Rule == AffinityRule.Apart).Select(one => one.Group.Name)];

    /// <summary>The names of the mandatory groups that a VM is in.</summary>
    public IReadOnlyList<AffinityGroup> Of(Guid vm) => [.. ConstraintsOf(vm).Select(one => one.Group)];

    /// <summary>Whether a VM's groups let it go to a host.</summary>
    public bool Allow(Guid vm, string host) => ConstraintsOf(vm).TrueForAll(one => one.Allows(host));

    /// <summary>The hosts on which those are that a VM belongs with; null: there are none.</summary>
    public IReadOnlySet<string>? BoundTo(Guid vm) => _leader.ContainsKey(vm) ? _bound.GetValueOrDefault(LeaderOf(vm)) : null;

    private List<Constraint> ConstraintsOf(Guid vm) => _constraints.TryGetValue(vm, out List<Constraint>? its) ? its : [];

    private Guid LeaderOf(Guid vm)
    {
        Guid leader = vm;
        while (_leader.TryGetValue(leader, out Guid next) && next != leader)
        {
            leader = next;
        }

        _leader[vm] = leader;
        return leader;
    }

    // One group: who is on other hosts, how many leave and how many stay.
    private sealed record Constraint(AffinityGroup Group, IReadOnlyDictionary<string, int> Elsewhere, int Leave, int Stay)
    {
        public static Constraint Of(AffinityGroup group, EvacuationSituation situation, HashSet<Guid> running)
        {
            Dictionary<string, int> elsewhere = new(StringComparer.OrdinalIgnoreCase);
            int leave = 0;
            int stay = 0;
            foreach (AffinityMember member in group.Vms)
            {
                if (running.Contains(member.Uuid))
                {
                    leave++;
                }
                else if (situation.Whereabouts.TryGetValue(member.Uuid, out string? host))
                {
                    if (host.Equals(situation.Source.Name, StringComparison.OrdinalIgnoreCase))
                    {
                        stay++;
                    }
                    else
                    {
                        elsewhere[host] = elsewhere.GetValueOrDefault(host) + 1;
                    }
                }
            }

            return new(group, elsewhere, leave, stay);
        }

        public bool Allows(string host) => Group.Rule == AffinityRule.Together
            ? Elsewhere.GetValueOrDefault(host) + Leave - 1 >= Stay
            : Elsewhere.GetValueOrDefault(host) <= Stay;
    }
}
