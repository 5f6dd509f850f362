using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Says whether the definition of a VM that is shut off can go to a host, and whether the VM would start there. Only the definition
/// moves: no memory, no CPU state, no migration. So what the checks of a live migration say of room, load, CPU features, pins, speed and the
/// plan does not count; what a start needs does. libvirt itself asks for nothing but that there are no snapshots
/// (qemuMigrationSrcIsAllowed, qemuMigrationSrcIsSafe), so what is not found here is found at the next start.</summary>
public static class StoppedVmFit
{
    private const string CopyFirst = "Copy it there by hand first and move the definition with virsh migrate --offline, or start the VM and migrate it live.";

    private static readonly IDestinationCheck[] s_checks =
    [
        new SameHostCheck(),
        new MaintenanceCheck(),
        new HypervisorCheck(),
        new ArchitectureCheck(),
        new MachineTypeCheck(),
        new SnapshotCheck(),
        new StorageCheck(),
        new NetworkCheck(),
        new MigrationModeCheck(),
        new AssignedHostCheck(),
    ];

    // A transient disk starts empty wherever it starts: only a live migration cannot take it.
    private static readonly HashSet<string> s_onlyLive = ["DiskTransient"];

    /// <summary>Everything that is found about a host as a place for the definition.</summary>
    /// <param name="candidate">The VM and the host; load, CPU, reservations, remapping and plan are not looked at.</param>
    public static IReadOnlyList<DestinationFinding> Findings(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return
        [
            .. s_checks.SelectMany(check => check.Check(candidate)).Where(finding => !s_onlyLive.Contains(finding.Id)),
            .. Files(candidate),
            .. Devices(candidate),
        ];
    }

    /// <summary>A report as of a live migration's destination; it has no score, for nothing is weighed, and no plan.</summary>
    /// <param name="candidate">The VM and the host.</param>
    public static DestinationReport Report(DestinationCandidate candidate)
    {
        IReadOnlyList<DestinationFinding> findings = Findings(candidate);
        return new()
        {
            VM = candidate.Vm.Name,
            Uuid = candidate.Vm.Uuid,
            Source = candidate.Source.Name,
            Destination = candidate.Destination.Name,
            Eligible = findings.All(finding => finding.Severity != FindingSeverity.Blocker),
            Findings = findings.ToArray(),
        };
    }

    // What a running VM takes along in its memory stays in files here.
    private static IEnumerable<DestinationFinding> Files(DestinationCandidate candidate)
    {
        VmDefinition definition = candidate.Definition;
        string source = candidate.Source.Name;
        if (definition.ManagedSave)
        {
            yield return candidate.Blocker("VmSaved", "a VM that was shut down", $"would not get its memory, which was saved on {source} (managed save)",
                $"Start it and migrate it live, or shut it down properly; to do without what was saved: virsh managedsave-remove {candidate.Vm.Name}.");
        }

        if (definition.Tpm)
        {
            yield return candidate.Blocker("TpmStateStays", "the state of its TPM", $"would give it a new one: that of {source} stays there, and keys in it are lost to the guest", CopyFirst);
        }

        if (definition.Nvram)
        {
            yield return candidate.Blocker("NvramStays", "the file of its firmware's variables", $"would give it a new one: that of {source} stays there, with boot entries and keys", CopyFirst);
        }
    }

    private static IEnumerable<DestinationFinding> Devices(DestinationCandidate candidate)
    {
        foreach (VmHostDevice device in candidate.Definition.HostDevices)
        {
            yield return candidate.Blocker("HostDevice", $"the {device.Type} device {device.Address} of {candidate.Source.Name}", "has another one at best",
                $"Detach it first: virsh detach-device {candidate.Vm.Name} FILE --config.");
        }

        foreach (VmNetwork network in candidate.Definition.Networks.Where(network => network.Type == "hostdev"))
        {
            yield return candidate.Blocker("HostNetworkDevice", $"the network device {network.Source ?? network.Mac ?? "handed through"} of {candidate.Source.Name}", "has another one at best",
                $"Detach it first: virsh detach-interface {candidate.Vm.Name} hostdev --config.");
        }

        foreach (string kind in candidate.Definition.TyingDevices.Distinct().Where(kind => kind != "shmem"))
        {
            yield return kind is "virtiofs" or "filesystem"
                ? candidate.Warning("SharedFolderUnknown", $"the folder of {candidate.Source.Name} that it shares with its guest, under the same path", "does not tell whether it has it",
                    $"See: virsh dumpxml {candidate.Vm.Name} (filesystem/source), and ssh {candidate.Destination.Name} ls PATH.")
                : candidate.Warning("DeviceUnknown", $"what is behind its {kind}, under the same path", "does not tell whether it has it",
                    $"See: virsh dumpxml {candidate.Vm.Name}, and ssh {candidate.Destination.Name} stat PATH.");
        }
    }
}
