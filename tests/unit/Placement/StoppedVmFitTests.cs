using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

public sealed class StoppedVmFitTests
{
    [Fact]
    public void Room_load_CPU_speed_and_plan_do_not_count()
    {
        DestinationCandidate candidate = Candidate(vm => vm with
        {
            Memory = Given.GiB(4000),
            OnlineVCpus = 500,
            VCpuPins = [new(0, [999])],
            EmulatorPin = [999],
            Options = new() { MigrationMode = MigrationMode.ManualAndAutomatic },
        }) with
        {
            Cpu = new(false, "no"),
            PlanError = new("VmNotRunning", "It is off.", "Start it."),
            Load = new() { CommittedMemory = Given.GiB(9000), Incoming = 99 },
        };
        Assert.Empty(StoppedVmFit.Findings(candidate));
        Assert.True(StoppedVmFit.Report(candidate).Eligible);
        Assert.Contains(DestinationSelector.Findings(candidate), finding => finding.Severity == FindingSeverity.Blocker);
    }

    [Fact]
    public void What_a_start_there_needs_does()
    {
        Finds("Blocker ArchitectureDiffers", Candidate(vm => vm).To(facts => facts with { Architecture = "aarch64" }));
        Finds("Blocker MachineTypeUnknown", Candidate(vm => vm).To(facts => facts with { MachineTypes = new HashSet<string> { "virt" } }));
        Finds("Blocker HypervisorNotQemu", Candidate(vm => vm).To(facts => facts with { Hypervisor = "Xen" }));
        Finds("Blocker SameHost", Candidate(vm => vm).To(facts => Given.Facts(1)));
        Finds("Blocker NetworkMissing", Candidate(vm => vm with { Networks = [new("network", "lan", null, false)] }) with { Surroundings = new() { Networks = new HashSet<string>() } });
        Finds("Blocker StoragePoolMissing", Candidate(vm => vm with { Disks = [new() { Target = "vda", Source = DiskSource.Volume, Pool = "p", Path = "a" }] }) with { Surroundings = new() { Pools = [] } });
        Finds("Blocker HostNotAssigned", Candidate(vm => vm with { Options = vm.Options with { AssignedHosts = HostNames.Parse("h9") } }));
        Finds("Blocker VmNotMigratable", Candidate(vm => vm with { Options = new() { MigrationMode = MigrationMode.NotMigratable } }));
        Finds("Blocker Snapshots", Candidate(vm => vm with { Snapshots = 1 }));
        Finds("Blocker HostInMaintenance", Candidate(vm => vm) with
        {
            Maintenance = new() { Host = "h2", State = HostMaintenanceState.Evacuating, Operator = "a@b", Since = DateTimeOffset.UnixEpoch },
        });
    }

    [Fact]
    public void What_lies_in_files_of_its_host_keeps_it_there()
    {
        Finds("Blocker VmSaved", Candidate(vm => vm with { ManagedSave = true }));
        Finds("Blocker TpmStateStays", Candidate(vm => vm with { Tpm = true }));
        Finds("Blocker NvramStays", Candidate(vm => vm with { Nvram = true }));
        Finds("Blocker HostDevice", Candidate(vm => vm with { HostDevices = [new("pci", "0000:01:00.0", null)] }));
        Finds("Blocker HostNetworkDevice", Candidate(vm => vm with { Networks = [new("hostdev", "eno1", null, true)] }));
        Finds("Warning SharedFolderUnknown", Candidate(vm => vm with { TyingDevices = ["virtiofs", "virtiofs", "shmem"] }));
        Finds("Warning DeviceUnknown", Candidate(vm => vm with { TyingDevices = ["nvdimm"] }));
        Finds("", Candidate(vm => vm with { Disks = [new() { Target = "vda", Source = DiskSource.Network, Transient = true }] }));
    }

    private static void Finds(string expected, DestinationCandidate candidate)
    {
        IReadOnlyList<DestinationFinding> findings = StoppedVmFit.Findings(candidate);
        Assert.Equal(expected, string.Join("; ", findings.Select(finding => $"{finding.Severity} {finding.Id}")));
        Assert.Equal(!expected.StartsWith("Blocker", StringComparison.Ordinal), StoppedVmFit.Report(candidate).Eligible);
        Assert.All(findings, finding => Assert.EndsWith(".", finding.Action, StringComparison.Ordinal));
    }

    private static DestinationCandidate Candidate(Func<VmDefinition, VmDefinition> change) =>
        GivenPlacement.Candidate().Vm(change) with { Vm = Given.Vm() with { State = VmPowerState.ShutOff } };
}
