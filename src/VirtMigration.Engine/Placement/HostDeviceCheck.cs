using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>A VM that was given a device of its host stays with it. Two can leave: a network interface whose guest falls back to another
/// one while it is taken away, and a mediated device whose driver can move its state, which QEMU does since 8.1 (its ChangeLog: VFIO
/// migration no longer experimental) and which nobody tells.</summary>
public sealed class HostDeviceCheck : IDestinationCheck
{
    private const string Detach = "Detach it first (virsh detach-device), or shut the VM off and start it there.";

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.HostDevices.Count > 0 || candidate.Definition.Networks.Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        foreach (VmHostDevice device in candidate.Definition.HostDevices)
        {
            yield return device is { Type: "mdev", Model: "vfio-pci" } && MovesVfio(candidate.Source.Facts) && MovesVfio(candidate.Destination.Facts)
                ? candidate.Warning("MediatedDeviceUnknown", $"the mediated device {device.Address}, with a driver that can move its state",
                    "does not tell whether it has both", $"Ask the vendor of the driver, and see: {candidate.Virsh("nodedev-list --cap mdev")}.")
                : candidate.Blocker("HostDevice", $"the {device.Type} device {device.Address} of {candidate.Source.Name}", "has another one at best: a VM cannot move with it", Detach);
        }

        foreach (VmNetwork network in candidate.Definition.Networks)
        {
            if (network.Type == "hostdev")
            {
                string device = $"the network device {network.Source ?? network.Mac ?? "handed through"}";
                yield return network.Failover
                    ? candidate.Warning("HostNetworkFailover", $"{device}, which is taken away for the migration", "must have one like it; until then the guest uses its second interface",
                        $"See: {candidate.Virsh("nodedev-list --cap net")}, and test the guest's failover.")
                    : candidate.Blocker("HostNetworkDevice", $"{device} of {candidate.Source.Name}", "has another one at best: a VM cannot move with it",
                        "Give the guest a second interface to fall back to (teaming), or detach this one first (virsh detach-interface).");
            }
        }
    }

    private static bool MovesVfio(HostFacts facts) => facts.HypervisorVersion >= VersionGates.QemuMovesVfio;
}
