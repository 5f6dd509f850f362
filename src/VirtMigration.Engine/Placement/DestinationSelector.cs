using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>Chooses a destination where none was named, and says of each other host why not.</summary>
public static class DestinationSelector
{
    private static readonly IReadOnlyList<IDestinationCheck> s_checks =
    [
        new SameHostCheck(),
        new HypervisorCheck(),
        new ArchitectureCheck(),
        new MachineTypeCheck(),
        new VersionCheck(),
        new CpuCheck(),
        new TscCheck(),
        new VCpuCountCheck(),
        new PinnedCpuCheck(),
        new EmulatorPinCheck(),
        new MemoryCheck(),
        new NumaCheck(),
        new HugePageCheck(),
        new HostDeviceCheck(),
        new TyingDeviceCheck(),
        new SnapshotCheck(),
        new BlockJobCheck(),
        new StorageCheck(),
        new DiskCacheCheck(),
        new NetworkCheck(),
        new TpmCheck(),
        new NvramCheck(),
        new EncryptionCheck(),
        new LockedMemoryCheck(),
        new PostCopyCheck(),
        new MigrationLimitCheck(),
        new MigrationModeCheck(),
        new AssignedHostCheck(),
        new AffinityCheck(),
        new PlanCheck(),
    ];

    /// <summary>Everything that all checks find about one host.</summary>
    /// <param name="candidate">The VM and the host.</param>
    public static IReadOnlyList<DestinationFinding> Findings(DestinationCandidate candidate) =>
        [.. s_checks.SelectMany(check => check.Check(candidate))];

    /// <summary>The host with the most memory available among those that can take the VM; the first by name where they are equal.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="source">Where it runs.</param>
    /// <param name="hosts">The cluster's other hosts that answered.</param>
    /// <param name="silent">Those that did not, with the reason.</param>
    /// <exception cref="VirtMigrationException">NoDestination: every host has a blocker, and all of them are named.</exception>
    public static HostInventory Choose(
        VirtualMachine vm,
        VmDefinition definition,
        HostInventory source,
        IEnumerable<HostInventory> hosts,
        IReadOnlyDictionary<string, string> silent)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(silent);
        List<DestinationFinding> blockers = [];
        List<HostInventory> fitting = [];
        foreach (HostInventory host in hosts)
        {
            List<DestinationFinding> found =
                [.. Findings(new(vm, definition, source, host)).Where(finding => finding.Severity == FindingSeverity.Blocker)];
            blockers.AddRange(found);
            if (found.Count == 0)
            {
                fitting.Add(host);
            }
        }

        return fitting
            .OrderByDescending(host => host.Facts.AvailableMemory ?? default(ByteSize))
            .ThenBy(host => host.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault()
            ?? throw NoDestination(vm, blockers, silent);
    }

    /// <summary>Refuses a destination that was named and has a blocker.</summary>
    /// <param name="candidate">The VM and the host.</param>
    /// <exception cref="VirtMigrationException">DestinationUnfit, with every blocker. The same host is left to the planner, whose
    /// error tells a name from a UUID.</exception>
    public static void Require(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        List<DestinationFinding> blockers =
        [
            .. Findings(candidate).Where(finding => finding.Severity == FindingSeverity.Blocker && finding.Id != "SameHost"),
        ];
        if (blockers.Count > 0)
        {
            throw new VirtMigrationException(
                "DestinationUnfit",
                $"VM '{candidate.Vm.Name}' cannot go to {candidate.Destination.Name}: {string.Join("; ", blockers)}.",
                string.Join(" ", blockers.Select(finding => finding.Action).Distinct()),
                candidate.Vm.Name);
        }
    }

    private static VirtMigrationException NoDestination(
        VirtualMachine vm,
        List<DestinationFinding> blockers,
        IReadOnlyDictionary<string, string> silent)
    {
        IEnumerable<string> reasons = blockers.Select(finding => finding.ToString())
            .Concat(silent.Select(pair => $"{pair.Key}: did not answer ({pair.Value})"));
        string all = string.Join("; ", reasons);
        return new(
            "NoDestination",
            all.Length == 0
                ? $"Cluster '{vm.Cluster}' has no other host than {vm.Host}, so VM '{vm.Name}' has nowhere to go."
                : $"No host of cluster '{vm.Cluster}' can take VM '{vm.Name}': {all}.",
            all.Length == 0
                ? "Register a second host: Register-VmHost."
                : string.Join(" ", blockers.Select(finding => finding.Action).Distinct().DefaultIfEmpty("See to it that the hosts answer: Get-VmHost.")),
            vm.Name);
    }
}
