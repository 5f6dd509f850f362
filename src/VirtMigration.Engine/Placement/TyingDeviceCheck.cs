using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>Devices that share something with their host. A folder: virtiofs moves with newer daemons on both sides, of which only libvirt's and
/// QEMU's can be told from here, 9p never. Shared memory: libvirt moves only that of which the VM is the master.</summary>
public sealed class TyingDeviceCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.TyingDevices.Count > 0 ? candidate.Definition.TyingDevices.Distinct().Select(kind => Finding(candidate, kind)) : [];
    }

    private static DestinationFinding Finding(DestinationCandidate candidate, string kind) => kind switch
    {
        "virtiofs" when VersionGates.Virtiofs.Missing(candidate.Source, candidate.Destination) is null => candidate.Warning(
            "SharedFolderUnknown", "the same files under the same path, and a virtiofsd that can migrate", "does not tell whether it has them",
            $"See: ssh {candidate.Destination.Name} grep -r migrate-precopy /usr/share/qemu/vhost-user, and compare the folder (virsh dumpxml: filesystem/source)."),
        "virtiofs" => candidate.Blocker("SharedFolder", $"a folder of {candidate.Source.Name} that it shares with its guest",
            $"cannot take it over: {VersionGates.Virtiofs.Missing(candidate.Source, candidate.Destination)}",
            "Unmount it in the guest and detach it first (virsh detach-device)."),
        "filesystem" => candidate.Blocker("SharedFolder", $"a folder of {candidate.Source.Name} that it shares with its guest", "has another one: the guest's open files cannot move",
            "Unmount it in the guest and detach it first (virsh detach-device)."),
        "shmem" => candidate.Blocker("SharedMemory", $"memory that it shares with others on {candidate.Source.Name} (shmem)", "has none of it: libvirt refuses to move it",
            "Detach it first (virsh detach-device)."),
        "nvdimm" => candidate.Warning("NvdimmUnknown", "the file or device behind its NVDIMM, under the same path and as large", "does not tell whether it has it",
            $"See: ssh {candidate.Destination.Name} stat PATH (virsh dumpxml: memory/source/path)."),
        _ => candidate.Warning("DeviceUnknown", $"a device like its {kind}", "does not tell whether it has one", $"See: virsh dumpxml {candidate.Vm.Name}, and {candidate.Virsh("nodedev-list")}."),
    };
}
