using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Every virtual network, bridge and device that a VM is joined to must be at the destination under the same name.</summary>
public sealed class NetworkCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.Networks.Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        IReadOnlyList<VmNetwork> networks = candidate.Definition.Networks;
        for (int i = 0; i < networks.Count; i++)
        {
            if (networks[i].Source is string name && !IsRepeated(networks, i) && Missing(candidate, networks[i].Type, name) is DestinationFinding finding)
            {
                yield return finding;
            }
        }
    }

    private static DestinationFinding? Missing(DestinationCandidate candidate, string type, string name) => type switch
    {
        "network" => candidate.Surroundings.Networks is not IReadOnlySet<string> there
            ? candidate.Warning("NetworkUnknown", $"network {name}", "does not tell its networks", $"See: {candidate.Virsh($"net-info '{name}'")}.")
            : there.Contains(name) ? null
            : candidate.Blocker("NetworkMissing", $"network {name}", "has none of that name that is started",
                $"Define and start it there: {candidate.Virsh($"net-start '{name}'")}."),
        "bridge" or "direct" => candidate.Surroundings.Devices is not IReadOnlySet<string> there
            ? candidate.Warning("NetworkDeviceUnknown", $"{Kind(type)} {name}", "does not tell its network devices", $"See: ssh {candidate.Destination.Name} ip link show '{name}'.")
            : there.Contains(name) ? null
            : candidate.Blocker("NetworkDeviceMissing", $"{Kind(type)} {name}", "has none of that name", "Set it up there under the same name, or choose another host."),
        "vhostuser" or "vdpa" => candidate.Warning("NetworkDeviceUnknown", $"{type} at {name}", "does not tell whether it has it",
            $"See: ssh {candidate.Destination.Name} stat '{name}'."),
        _ => null,
    };

    private static string Kind(string type) => type == "bridge" ? "bridge" : "network device";

    private static bool IsRepeated(IReadOnlyList<VmNetwork> networks, int index)
    {
        for (int i = 0; i < index; i++)
        {
            if (networks[i].Source == networks[index].Source && networks[i].Type == networks[index].Type)
            {
                return true;
            }
        }

        return false;
    }
}
