using System.Buffers;

namespace VirtMigration.Options;

/// <summary>What affinity groups must be like, each by itself and all together. Pure.</summary>
public static class AffinityRules
{
    private static readonly SearchValues<char> s_notInNames = SearchValues.Create(" \t*?[]/\\'\",");

    /// <summary>Throws for the first rule that a group breaks by itself.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="VirtMigrationException">AffinityGroupNameInvalid or AffinityTooFewVms.</exception>
    public static void Check(AffinityGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (string.IsNullOrWhiteSpace(group.Name) || group.Name.AsSpan().ContainsAny(s_notInNames))
        {
            throw new VirtMigrationException("AffinityGroupNameInvalid",
                $"'{group.Name}' cannot be an affinity group's name: it is empty, or has a blank, a quote, a slash, a comma or a wildcard in it.",
                "Choose a name of letters, digits, dots and dashes, such as db.", group.Name);
        }

        int vms = group.Vms.Select(vm => vm.Uuid).Distinct().Count();
        if (vms < 2)
        {
            throw new VirtMigrationException("AffinityTooFewVms",
                $"Affinity group '{group.Name}' would have {(vms == 0 ? "no VM" : "one VM")}: a rule between VMs needs two.",
                $"Name two VMs or more; to do without the group: Remove-VmAffinityGroup {group.Name}.", group.Name);
        }
    }

    /// <summary>Throws for a mandatory group that cannot be kept beside other mandatory ones.</summary>
    /// <param name="group">The group.</param>
    /// <param name="others">The other groups of its cluster.</param>
    /// <exception cref="VirtMigrationException">AffinityConflict, with every group that has a part in it.</exception>
    public static void RequireConsistent(AffinityGroup group, IReadOnlyList<AffinityGroup> others)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Mandatory && Contradiction(group, [.. others.Where(other => other.Mandatory)]) is string contradiction)
        {
            throw new VirtMigrationException("AffinityConflict", $"Nothing was changed, for no host could keep both: {contradiction}.",
                "Change one of the groups first (Set-VmAffinityGroup), or make one that is not mandatory.", group.Name);
        }
    }

    /// <summary>The first contradiction that a group brings about with others, whether they are mandatory or not: two VMs that belong apart
    /// belong together too, directly or over third ones. Null: there is none.</summary>
    /// <param name="group">The group.</param>
    /// <param name="others">The others.</param>
    public static string? Contradiction(AffinityGroup group, IReadOnlyList<AffinityGroup> others)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(others);
        AffinityGroup[] all = [.. others, group];
        AffinityGroup[] together = [.. all.Where(one => one.Rule == AffinityRule.Together)];
        foreach (AffinityGroup apart in all.Where(one => one.Rule == AffinityRule.Apart))
        {
            HashSet<Guid> members = [.. apart.Vms.Select(vm => vm.Uuid)];
            foreach (AffinityMember first in apart.Vms)
            {
                if (Chain(first, members, together, group, needed: apart != group) is (AffinityMember second, IReadOnlyList<AffinityGroup> chain))
                {
                    return $"{first} and {second} belong together by {string.Join(" and ", chain.Select(one => $"group '{one.Name}'"))}, and apart by group '{apart.Name}'";
                }
            }
        }

        return null;
    }

    // The nearest other member that has to be where a VM is, with the groups that make it so; where the new group is needed for it, only
    // what leads over that one, since the rest was there before.
    private static (AffinityMember Vm, IReadOnlyList<AffinityGroup> Groups)? Chain(
        AffinityMember from, HashSet<Guid> members, AffinityGroup[] together, AffinityGroup group, bool needed)
    {
        Dictionary<Guid, AffinityGroup[]> reached = new() { [from.Uuid] = [] };
        Queue<Guid> next = new([from.Uuid]);
        while (next.TryDequeue(out Guid vm))
        {
            foreach (AffinityGroup one in together.Where(one => one.Vms.Any(member => member.Uuid == vm)))
            {
                foreach (AffinityMember member in one.Vms)
                {
                    if (!reached.TryAdd(member.Uuid, [.. reached[vm], one]))
                    {
                        continue;
                    }

                    if (members.Contains(member.Uuid) && (!needed || reached[member.Uuid].Contains(group)))
                    {
                        return (member, reached[member.Uuid]);
                    }

                    next.Enqueue(member.Uuid);
                }
            }
        }

        return null;
    }
}
