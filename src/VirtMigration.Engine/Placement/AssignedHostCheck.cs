using VirtMigration.Options;

namespace VirtMigration.Placement;

/// <summary>A VM goes only to a host that it was assigned to, where it was assigned to any, and never to one that it is kept from.</summary>
public sealed class AssignedHostCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        HostNames? assigned = candidate.Definition.Options.AssignedHosts;
        HostNames? excluded = candidate.Definition.Options.ExcludedHosts;
        return assigned is null && excluded is null ? [] : Check(candidate, assigned, excluded);
    }

    private static IEnumerable<DestinationFinding> Check(DestinationCandidate candidate, HostNames? assigned, HostNames? excluded)
    {
        string host = candidate.Destination.Name;
        if (assigned?.Contains(host) == false)
        {
            yield return candidate.Blocker("HostNotAssigned", $"one of the VM's assigned hosts ({assigned})", "is none of them",
                $"Choose one of them, or assign the VM to {host} too: Set-VmMigrationOption {candidate.Vm.Name} -AssignedHosts {string.Join(", ", assigned.Names.Append(host))}.");
        }

        if (excluded?.Contains(host) == true)
        {
            string[] others = [.. excluded.Names.Where(name => !name.Equals(host, StringComparison.OrdinalIgnoreCase))];
            yield return candidate.Blocker("HostExcluded", $"a host that is none of the VM's excluded hosts ({excluded})", "is one of them",
                $"Choose another host, or take {host} out: Set-VmMigrationOption {candidate.Vm.Name} -ExcludedHosts {(others.Length == 0 ? OptionText.ClusterValue : string.Join(", ", others))}.");
        }
    }
}
