using System.Reflection;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Placement;

/// <summary>What holds for all checks together.</summary>
public sealed class EveryCheckTests
{
    private static readonly StoragePool s_nfs = new("images", "netfs", true, "/images", "nfs1:/export");

    [Fact]
    public void Every_check_is_asked()
    {
        FieldInfo list = typeof(DestinationSelector).GetField("s_checks", BindingFlags.NonPublic | BindingFlags.Static)!;
        Assert.Equal(
            typeof(IDestinationCheck).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IDestinationCheck))).Select(type => type.Name).Order(),
            ((IEnumerable<IDestinationCheck>)list.GetValue(null)!).Select(check => check.GetType().Name).Order());
    }

    [Fact]
    public void A_demanding_VM_and_a_host_that_has_everything_leave_nothing_to_say() => Assert.Empty(DestinationSelector.Findings(Demanding()));

    [Fact]
    public void Every_finding_says_what_is_needed_what_is_there_and_what_to_do()
    {
        IReadOnlyList<DestinationFinding> findings = [.. Refused().Concat(Silent())];
        Assert.All(findings, finding =>
        {
            Assert.Equal("h2", finding.Host);
            Assert.NotEmpty(finding.Required);
            Assert.NotEmpty(finding.Present);
            Assert.EndsWith(".", finding.Action, StringComparison.Ordinal);
            Assert.False(finding.Required.EndsWith('.') || finding.Present.EndsWith('.'), finding.ToString());
            Assert.DoesNotContain("  ", finding + finding.Action, StringComparison.Ordinal);
        });
        Assert.True(findings.Select(finding => finding.Id).Distinct().Count() > 30);
    }

    [Fact]
    public void What_nobody_can_tell_never_blocks_and_names_the_command_that_tells()
    {
        IReadOnlyList<DestinationFinding> unknown = [.. Silent().Where(finding => finding.Id.EndsWith("Unknown", StringComparison.Ordinal))];
        Assert.Equal(
            [
                "CpuUnknown", "HugePagesUnknown", "MemoryUnknown", "NetworkDeviceUnknown", "NetworkUnknown", "NumaUnknown", "NvdimmUnknown", "NvramUnknown",
                "PinLoadUnknown", "PinnedCpusUnknown", "StorageUnknown", "TpmUnknown", "TscUnknown", "UserfaultfdUnknown",
            ],
            unknown.Select(finding => finding.Id).Distinct().Order());
        Assert.All(unknown, finding => Assert.NotEqual(FindingSeverity.Blocker, finding.Severity));
        Assert.All(unknown, finding => Assert.Matches("virsh -c qemu\\+ssh|ssh h2 ", finding.Action));
    }

    // Pinned, tied to cells, partly on huge pages, with disks, networks and a host's own CPU.
    private static DestinationCandidate Demanding() => GivenPlacement.Candidate()
        .Vm(vm => vm with
        {
            OnlineVCpus = 4,
            Cpu = new() { Mode = CpuMode.HostPassthrough, InvariantTsc = true, TscFrequency = 2_400_000_000 },
            VCpuPins = [new(0, [4]), new(1, [5]), new(2, [100]), new(3, [101])],
            EmulatorPin = [0, 1],
            IoThreadPins = [new(1, [2])],
            VirtualCells = [new(0, [0, 1], Given.GiB(32)), new(1, [2, 3], Given.GiB(32))],
            NumaBindings = [new(0, NumaMode.Strict, [0]), new(1, NumaMode.Strict, [8])],
            HugePages = true,
            HugePageUses = [new(Given.GiB(1), [1])],
            Disks = [new() { Target = "vda", Source = DiskSource.Volume, Pool = "images", Path = "a" }, new() { Target = "sda", Source = DiskSource.File }],
            Networks = [new("network", "lan", null, false), new("bridge", "br0", null, false)],
            Options = new() { MigrationMode = MigrationMode.ManualAndAutomatic, AssignedHosts = HostNames.Parse("h1,h2"), ExcludedHosts = HostNames.Parse("h3") },
        })
        .From(facts => facts with { Cpu = new() { Vendor = "Intel", Model = "Icelake-Server", Features = new HashSet<string> { "vmx" } } })
        .To(facts => facts with
        {
            OnlineCpus = [.. Enumerable.Range(0, 128)],
            Cells = [GivenPlacement.Cell(0, 64), GivenPlacement.Cell(8, 64, new HugePagePool(Given.GiB(1), 64, 64))],
            Cpu = new() { Vendor = "Intel", Model = "Icelake-Server", Features = new HashSet<string> { "vmx", "amx" }, TscFrequency = 2_400_000_000, TscScaling = false },
        })
        .Planned(MigrationTechniques.Live | MigrationTechniques.Parallel, 2) with
    {
        Load = new() { Pins = new Dictionary<int, int> { [60] = 1 } },
        Cpu = new(true, null),
        Groups = [GivenPlacement.Together(true, 1), GivenPlacement.Apart(true, 2)],
        Whereabouts = new Dictionary<Guid, string> { [Given.Id(1)] = "h2", [Given.Id(2)] = "h1" },
        SourceSurroundings = new() { Pools = [s_nfs] },
        Surroundings = new() { Pools = [s_nfs], Networks = new HashSet<string> { "lan" }, Devices = new HashSet<string> { "br0" } },
    };

    private static IReadOnlyList<DestinationFinding> Refused() => DestinationSelector.Findings(Demanding()
        .Vm(vm => vm with
        {
            OnlineVCpus = 99,
            Cpu = vm.Cpu with { TscFrequency = null },
            EmulatorPin = [4],
            HostDevices = [new("pci", "0000:01:00.0", null), new("mdev", "c2177883", "vfio-pci")],
            TyingDevices = ["filesystem", "shmem", "nvdimm"],
            Disks = [.. vm.Disks, new() { Target = "vdb", Source = DiskSource.File, Path = "/a", Cache = "unsafe", Transient = true }],
            Networks = [.. vm.Networks, new("hostdev", "eno1", null, false), new("hostdev", "eno2", null, true)],
            Snapshots = 2,
            BlockJobs = ["vda"],
            Tpm = true,
            Nvram = true,
            Options = new() { MigrationMode = MigrationMode.NotMigratable, AssignedHosts = HostNames.Parse("h1"), ExcludedHosts = HostNames.Parse("h2,h3") },
        })
        .From(facts => facts with { LibvirtVersion = new(12, 0), HypervisorVersion = new(11, 0), Cpu = facts.Cpu with { TscFrequency = 3_000_000_000 } })
        .To(facts => facts with
        {
            Architecture = "aarch64",
            MachineTypes = new HashSet<string> { "virt" },
            OnlineCpus = [4, 5],
            Cells = [GivenPlacement.Cell(0, 1), GivenPlacement.Cell(1, 1, new HugePagePool(Given.GiB(1), 1, 1))],
            AvailableMemory = Given.GiB(2),
            Cpu = facts.Cpu with { Vendor = "AMD" },
        })
        .Planned(MigrationTechniques.PostCopy | MigrationTechniques.Tls | MigrationTechniques.ZeroCopy, 4) with
    {
        RemapPins = true,
        Remapping = new()
        {
            Verdict = PinRemappingVerdict.Impossible,
            Before = new() { Emulator = [4] },
            After = new() { Emulator = [4] },
            Reasons = ["needs 4 CPUs for itself, has 2"],
            Losses = ["vCPUs 0-1 share a core"],
        },
        Groups = [GivenPlacement.Together(true, 1, 3), GivenPlacement.Apart(true, 2), GivenPlacement.Together(false, 1), GivenPlacement.Apart(false, 2, 3)],
        Whereabouts = new Dictionary<Guid, string> { [Given.Id(1)] = "h1", [Given.Id(2)] = "h2" },
        Silent = ["h4"],
        Maintenance = new() { Host = "h2", State = HostMaintenanceState.InMaintenance, Operator = "alice@ops1", Since = DateTimeOffset.UnixEpoch },
        Load = new() { Pins = new Dictionary<int, int> { [4] = 1 }, Incoming = 60, CommittedMemory = Given.GiB(250) },
        Surroundings = new() { Pools = [], Networks = new HashSet<string>(), Devices = new HashSet<string>() },
    });

    private static IReadOnlyList<DestinationFinding> Silent() => DestinationSelector.Findings(Demanding()
        .Vm(vm => vm with { Tpm = true, Nvram = true, TyingDevices = ["nvdimm"] })
        .To(facts => facts with { OnlineCpus = [], Cells = [], AvailableMemory = null, Cpu = new() })
        .Planned(MigrationTechniques.PostCopy) with
    {
        Load = null,
        Cpu = null,
        Surroundings = HostSurroundings.Unknown,
    });
}
