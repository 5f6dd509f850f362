#requires -Version 7.6
# Checking 1,000 VMs against 100 hosts: every check and every weight for each of the 100,000 pairs, pins remapped where they do not fit,
# and the hosts ranked for each VM; once with the plans given, once with a plan made for each pair too. Allowed is 1 second for the
# checking. The rival parses the definition of a VM for each pair, which is what a tool does that asks for it anew each time.
# Hosts are of four shapes (one, two, four and eight cells, every second one with hyper-threading); of ten VMs six are tied to nothing,
# two have pinned vCPUs, one has NUMA cells of its own on huge pages, and one states what hosts it may be on.
param([int] $Rounds = 5, [int] $Vms = 1000, [int] $Hosts = 100)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

# A loop in the shell would measure the shell.
$engine = [VirtMigration.Planning.MigrationPlanner].Assembly.Location
Add-Type -ReferencedAssemblies $engine, 'System.Xml.XDocument', 'System.Runtime', 'System.Collections', 'System.Linq' -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

public sealed class PlacementBenchmark
{
    private static readonly HashSet<string> s_machines = new HashSet<string> { "pc-q35-10.0", "pc-q35-7.2" };
    private readonly HostInventory[] _hosts;
    private readonly HostLoad[] _loads;
    private readonly HostSurroundings[] _surroundings;
    private readonly VirtualMachine[] _vms;
    private readonly VmDefinition[] _definitions;
    private readonly ClusterMigrationOptions _cluster = new ClusterMigrationOptions { Cluster = "c" };

    public PlacementBenchmark(int vms, int hosts)
    {
        _hosts = Enumerable.Range(0, hosts + 1).Select(Host).ToArray();
        _loads = Enumerable.Range(0, hosts + 1).Select(Load).ToArray();
        _surroundings = Enumerable.Range(0, hosts + 1).Select(_ => new HostSurroundings
        {
            Pools = new[] { new StoragePool("images", "rbd", true, null, null) },
            Networks = new HashSet<string> { "default", "lan" },
            Devices = new HashSet<string> { "br0", "br1", "eth0" },
        }).ToArray();
        _definitions = Enumerable.Range(0, vms).Select(Definition).ToArray();
        _vms = _definitions.Select((definition, i) => new VirtualMachine
        {
            Name = "vm" + i, Uuid = definition.Uuid, Host = "h0", Cluster = "c", State = VmPowerState.Running, VCpus = definition.OnlineVCpus,
            Memory = definition.Memory, Persistent = true,
        }).ToArray();
    }

    public int Eligible { get; private set; }

    public int Remapped { get; private set; }

    public double Check(bool plan)
    {
        int eligible = 0, remapped = 0;
        MigrationPlan given = Plan(0, 1, null);
        var watch = Stopwatch.StartNew();
        for (int vm = 0; vm < _vms.Length; vm++)
        {
            var candidates = new DestinationCandidate[_hosts.Length - 1];
            for (int host = 1; host < _hosts.Length; host++)
            {
                PinRemapping remapping = PinLayout.Of(_definitions[vm]).IsEmpty()
                    ? null
                    : PinRemapper.Remap(_definitions[vm], _hosts[0], _hosts[host], _loads[host], PlacementReservation.None);
                if (remapping != null && remapping.Verdict == PinRemappingVerdict.Remapped) remapped++;
                candidates[host - 1] = new DestinationCandidate(_vms[vm], _definitions[vm], _hosts[0], _hosts[host])
                {
                    SourceSurroundings = _surroundings[0],
                    Surroundings = _surroundings[host],
                    Load = _loads[host],
                    Remapping = remapping,
                    RemapPins = true,
                    Cluster = _cluster,
                    Cpu = new CpuComparison(true, null),
                    Plan = plan ? Plan(vm, host, remapping) : given,
                };
            }

            eligible += DestinationRanking.Rank(candidates).Count(report => report.Eligible);
        }

        Eligible = eligible;
        Remapped = remapped;
        return watch.Elapsed.TotalMilliseconds;
    }

    public static double Parse(string xml, int times)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
        {
            if (XElement.Parse(xml).Element("memory") == null) throw new InvalidOperationException("the definition is wrong");
        }

        return watch.Elapsed.TotalMilliseconds;
    }

    private MigrationPlan Plan(int vm, int host, PinRemapping remapping) => MigrationPlanner.Plan(new MigrationRequest
    {
        Vm = _vms[vm], Definition = _definitions[vm], Source = _hosts[0], Destination = _hosts[host], Cluster = _cluster, Remapping = remapping,
        Parameters = new PlanOptions { RemapPins = false },
    });

    private static HostInventory Host(int number)
    {
        string name = "h" + number;
        int cells = 1 << (number % 4);
        int perCell = 64 / cells;
        int threads = (number / 4 % 2) + 1;
        return new HostInventory(
            new HostRegistration { Name = name, Cluster = "c", ConnectUri = "qemu+tls://" + name + "/system", PeerUri = "qemu+tls://" + name + "/system", LinkSpeed = Bandwidth.Parse("25Gbps") },
            new HostFacts
            {
                Uuid = new Guid(number + 1, 0, 0, new byte[8]), HostName = name, Hypervisor = "QEMU", LibvirtVersion = new Version(11, 3), HypervisorVersion = new Version(10, 0),
                Architecture = "x86_64", Threads = 64, Memory = ByteSize.Parse("512GiB"), AvailableMemory = ByteSize.FromMebibytes(1024L * (100 + (number * 37 % 300))), MachineTypes = s_machines,
                OnlineCpus = Enumerable.Range(0, 64).ToArray(),
                Cores = Enumerable.Range(0, 64 / threads).Select(core => (IReadOnlyList<int>)Enumerable.Range(core * threads, threads).ToArray()).ToArray(),
                Cells = Enumerable.Range(0, cells).Select(cell => new NumaCell(
                    cell, ByteSize.FromMebibytes(1024L * 512 / cells), ByteSize.FromMebibytes(1024L * (100 + (number * 37 % 300)) / cells),
                    Enumerable.Range(cell * perCell, perCell).ToArray(),
                    new[] { new HugePagePool(ByteSize.Parse("1GiB"), 64 / cells, (number % 3 == 0 ? 64 : 24) / cells) })).ToArray(),
                CellDistances = (from left in Enumerable.Range(0, cells) from right in Enumerable.Range(0, cells) select (left, right))
                    .ToDictionary(pair => (pair.left, pair.right), pair => pair.left == pair.right ? 10 : 21),
            });
    }

    private static HostLoad Load(int number) => new HostLoad
    {
        ActiveVms = number % 20, VCpus = number * 5 % 120, CommittedMemory = ByteSize.Parse("64GiB"),
        Pins = Enumerable.Range(0, number % 24).ToDictionary(cpu => (cpu * 5) % 64, _ => 1),
    };

    private static VmDefinition Definition(int number)
    {
        var plain = new VmDefinition
        {
            Uuid = new Guid(number + 1, 1, 0, new byte[8]), Architecture = "x86_64", MachineType = "pc-q35-10.0", OnlineVCpus = 8, Memory = ByteSize.Parse("16GiB"),
            Cpu = new VmCpu { Mode = CpuMode.HostModel, Model = "EPYC", Text = "<cpu/>", Topology = new CpuTopology(1, 8, 1) },
            Disks = new[] { new VmDisk { Target = "vda", Source = DiskSource.Volume, Pool = "images", Cache = "none" } },
            Networks = new[] { new VmNetwork("bridge", "br0", null, false), new VmNetwork("network", "lan", null, false) },
        };
        int first = number * 8 % 56;
        switch (number % 10)
        {
            case 6: case 7:
                return plain with { VCpuPins = Enumerable.Range(0, 8).Select(cpu => new CpuPin(cpu, new[] { first + cpu })).ToArray(), EmulatorPin = new[] { 62, 63 } };
            case 8:
                return plain with
                {
                    VirtualCells = new[] { new VirtualNumaCell(0, new[] { 0, 1, 2, 3 }, ByteSize.Parse("8GiB")), new VirtualNumaCell(1, new[] { 4, 5, 6, 7 }, ByteSize.Parse("8GiB")) },
                    NumaBindings = new[] { new NumaBinding(0, NumaMode.Strict, new[] { 0 }), new NumaBinding(1, NumaMode.Strict, new[] { 0 }) },
                    VCpuPins = Enumerable.Range(0, 8).Select(cpu => new CpuPin(cpu, new[] { first + cpu })).ToArray(),
                    HugePages = true, HugePageUses = new[] { new HugePageUse(ByteSize.Parse("1GiB"), new int[0]) },
                };
            case 9:
                return plain with { Options = new VmMigrationOptions { ExcludedHosts = HostNames.Parse("h1,h2"), PreferredHosts = HostNames.Parse("h7") } };
            default:
                return plain;
        }
    }
}
'@
$xml = "<domain type='kvm' id='7'><name>db1</name><uuid>$([guid]::NewGuid())</uuid><memory unit='KiB'>67108864</memory><vcpu placement='static'>16</vcpu><cputune>$(-join (0..15 | ForEach-Object { "<vcpupin vcpu='$_' cpuset='$($_ + 2)'/>" }))<emulatorpin cpuset='0-1'/></cputune><os><type arch='x86_64' machine='pc-q35-10.0'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>$(-join (1..4 | ForEach-Object { "<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/><source dev='/dev/vg/db1-$_'/><target dev='vd$_' bus='virtio'/><address type='pci' domain='0x0000' bus='0x0$_' slot='0x00' function='0x0'/></disk>" }))</devices></domain>"
$world = [PlacementBenchmark]::new($Vms, $Hosts)
$null = $world.Check($true), $world.Check($false), [PlacementBenchmark]::Parse($xml, 5000)
$pair = Measure-Pair -Rounds $Rounds -Ours { $world.Check($false) } -Rival { [PlacementBenchmark]::Parse($xml, $Vms * $Hosts) }
$planned = Get-Median @(1..$Rounds | ForEach-Object { $world.Check($true) })
'{0:N0} VMs x {1} hosts: {2:N0} pairs fit, pins remapped for {3:N0}' -f $Vms, $Hosts, $world.Eligible, $world.Remapped
'checking them: {0:N0} ms (allowed: 1,000), {1:0.00} microseconds a pair; with a plan for each: {2:N0} ms' -f $pair.Ours, ($pair.Ours * 1000 / ($Vms * $Hosts)), $planned
Write-Ratio 'checking every pair' $pair.Ours "parsing a definition of $($xml.Length) bytes for each" $pair.Rival 1.0
