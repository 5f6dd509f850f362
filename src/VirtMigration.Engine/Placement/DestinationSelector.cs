using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Chooses a destination where none was named, and says of each other host why not.</summary>
public static class DestinationSelector
{
    private static readonly IDestinationCheck[] s_checks =
    [
        new SameHostCheck(),
        new MaintenanceCheck(),
        new HypervisorCheck(),
        new ArchitectureCheck(),
        new MachineTypeCheck(),
        new VersionCheck(),
        new CpuCheck(),
        new TscCheck(),
        new VCpuCountCheck(),
        new PinnedCpuCheck(),
        new PinRemapCheck(),
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
    public static IReadOnlyList<DestinationFinding> Findings(DestinationCandidate candidate)
    {
        // Most checks find nothing about most hosts.
        List<DestinationFinding>? all = null;
        foreach (IDestinationCheck check in s_checks)
        {
            if (check.Check(candidate) is var found && found is not DestinationFinding[] { Length: 0 })
            {
                (all ??= []).AddRange(found);
            }
        }

        return all?.ToArray() ?? [];
    }

    /// <summary>The best host that fits.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="reports">A report for each host, the best first.</param>
    /// <exception cref="VirtMigrationException">NoDestination: every host has a blocker; the error has a line for each host with the first
    /// of them.</exception>
    public static DestinationReport Choose(VirtualMachine vm, IReadOnlyList<DestinationReport> reports)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(reports);
        return reports is [{ Eligible: true } best, ..] ? best : throw NoDestination(vm, reports);
    }

    /// <summary>Refuses a destination that was named and has a blocker.</summary>
    /// <param name="report">What was found about it.</param>
    /// <exception cref="VirtMigrationException">DestinationUnfit, with every blocker.</exception>
    public static DestinationReport Require(DestinationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        DestinationFinding[] blockers = Blockers(report);
        return blockers.Length == 0
            ? report
            : throw new VirtMigrationException(
                "DestinationUnfit",
                $"VM '{report.VM}' cannot go to {report.Destination}: {string.Join("; ", (IEnumerable<DestinationFinding>)blockers)}.",
                string.Join(" ", blockers.Select(finding => finding.Action).Distinct()),
                report.VM);
    }

    private static VirtMigrationException NoDestination(VirtualMachine vm, IReadOnlyList<DestinationReport> reports)
    {
        if (reports.Count == 0)
        {
            return new(
                "NoDestination",
                $"Cluster '{vm.Cluster}' has no other host than {vm.Host}, so VM '{vm.Name}' has nowhere to go.",
                "Register a second host: Register-VmHost.",
                vm.Name);
        }

        // The host with the fewest things in its way comes first: it is the one to mend.
        IReadOnlyList<DestinationFinding[]> hosts = [.. reports.Select(Blockers)];
        int width = reports.Max(report => report.Destination.Length);
        IEnumerable<string> lines = hosts.Select(blockers =>
            $"\n  {blockers[0].Host.PadRight(width)}  needs {blockers[0].Required}, {blockers[0].Present}{(blockers.Length == 1 ? string.Empty : $" (and {blockers.Length - 1} more)")}");
        return new(
            "NoDestination",
            $"No host of cluster '{vm.Cluster}' can take VM '{vm.Name}':{string.Concat(lines)}",
            $"For {hosts[0][0].Host}: {string.Join(" ", hosts[0].Select(finding => finding.Action).Distinct())} All that was found: Test-MigrationDestination {vm.Name} | Format-List.",
            vm.Name);
    }

    private static DestinationFinding[] Blockers(DestinationReport report) =>
        [.. report.Findings.Where(finding => finding.Severity == FindingSeverity.Blocker)];
}
