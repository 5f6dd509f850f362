using VirtMigration.Inventory;

namespace VirtMigration.Options;

/// <summary>A change of an affinity group; what is not stated stays.</summary>
public sealed record AffinityEdit
{
    /// <summary>Another name.</summary>
    public string? NewName { get; init; }

    /// <summary>VMs to add.</summary>
    public IReadOnlyList<VirtualMachine> Add { get; init; } = [];

    /// <summary>VMs to take out, with whether a name matches what was typed, wildcards and all.</summary>
    public IReadOnlyList<(VmReference Vm, Func<string, bool> Matches)> Remove { get; init; } = [];

    /// <summary>Together or apart.</summary>
    public AffinityRule? Rule { get; init; }

    /// <summary>Whether a host where the rule would be broken is out of the question.</summary>
    public bool? Mandatory { get; init; }

    /// <summary>The group after the change.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="VirtMigrationException">VmNotInAffinityGroup, AffinityClustersDiffer, or what <see cref="AffinityRules"/>
    /// finds.</exception>
    public AffinityGroup Apply(AffinityGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        HashSet<Guid> gone = [];
        foreach ((VmReference vm, Func<string, bool> matches) in Remove)
        {
            IReadOnlyList<AffinityMember> meant = Members(group, vm, matches);
            gone.UnionWith(meant.Count > 0
                ? meant.Select(one => one.Uuid)
                : throw new UnknownNameException("VmNotInAffinityGroup", "VM", vm.Name, group.Vms.Select(one => one.Name), "Get-VmAffinityGroup", $" in affinity group '{group.Name}'"));
        }

        AffinityGroup after = (group with
        {
            Name = NewName ?? group.Name,
            Rule = Rule ?? group.Rule,
            Mandatory = Mandatory ?? group.Mandatory,
            Vms = (AffinityMember[])[.. group.Vms.Where(vm => !gone.Contains(vm.Uuid))],
        }).With(Add);
        AffinityRules.Check(after);
        return after;
    }

    /// <summary>The VMs of a group that a reference means. They are told by what the group knows of them, so that a VM that is gone can
    /// be named too.</summary>
    /// <param name="group">The group.</param>
    /// <param name="vm">The reference.</param>
    /// <param name="matches">Whether a name matches it.</param>
    public static IReadOnlyList<AffinityMember> Members(AffinityGroup group, VmReference vm, Func<string, bool> matches)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(vm);
        Guid? uuid = vm.Vm?.Uuid ?? (Guid.TryParse(vm.Name, out Guid parsed) ? parsed : null);
        return [.. group.Vms.Where(one => uuid is Guid id ? one.Uuid == id : matches(one.Name))];
    }
}
