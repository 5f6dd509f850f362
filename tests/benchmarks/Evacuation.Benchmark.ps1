#requires -Version 7.6
# Planning the evacuation of a host: 200 VMs over 50 hosts (allowed: 100 ms) and 20,000 VMs over 500 hosts (allowed: 5 s). The rival is the plain
# way: each VM in turn is ranked in full on every host, with what is promised to those before it, and takes the best; at 200 x 50.
# Hosts are of four shapes and filled differently; of twenty VMs one has pinned vCPUs, one is tied to a cell, one is on huge pages.
param([int] $Rounds = 5, [int] $Vms = 20000, [int] $Hosts = 500)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

# A loop in the shell would measure the shell.
$engine = [VirtMigration.Planning.MigrationPlanner].Assembly.Location
Add-Type -ReferencedAssemblies $engine, 'System.Runtime', 'System.Collections', 'System.Linq' -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

public sealed class EvacuationBenchmark
{
    private static readonly HashSet<string> s_machines = new HashSet<string> { "pc-q35-10.0", "pc-q35-7.2" };
    private static readonly ByteSize s_page = ByteSize.Parse("2MiB");
    private readonly EvacuationSituation _situation;

    public EvacuationBenchmark(int vms, int hosts)
    {
        int each = 10 * vms / hosts + 64;
        _situation = new EvacuationSituation
        {
            Source = Host(0, 512),
            Cluster = new ClusterMigrationOptions { Cluster = "c" },
            Guests = Enumerable.Range(0, vms).Select(Guest).ToArray(),
            Targets = Enumerable.Range(1, hosts).Select(number => new EvacuationTarget(
                Host(number, each * (80 + (number * 7 % 40)) / 100),
                new HostSurroundings { Networks = new HashSet<string> { "lan" }, Devices = new HashSet<string> { "br0", "eth0" } },
                new HostLoad { ActiveVms = number % 20, VCpus = number * 5 % 120, Pins = Enumerable.Range(0, number % 4).ToDictionary(cpu => cpu * 5, _ => 1) })).ToArray(),
        };
    }

    public EvacuationPlan Last { get; private set; }

    public double Plan()
    {
        var watch = Stopwatch.StartNew();
        Last = EvacuationPlanner.Plan(_situation);
        return watch.Elapsed.TotalMilliseconds;
    }

    public int RivalPlaced { get; private set; }

    public double Rival()
    {
        var watch = Stopwatch.StartNew();
        var promised = new Dictionary<string, PlacementReservation>();
        int placed = 0;
        foreach (EvacuationGuest guest in _situation.Guests)
        {
            bool tied = !PinLayout.Of(guest.Definition).IsEmpty();
            DestinationReport best = DestinationRanking.Rank(_situation.Targets.Select(target =>
            {
                PlacementReservation reserved = promised.GetValueOrDefault(target.Inventory.Name, PlacementReservation.None);
                PinRemapping remapping = tied ? PinRemapper.Remap(guest.Definition, _situation.Source, target.Inventory, target.Load, reserved) : null;
                return new DestinationCandidate(guest.Vm, guest.Definition, _situation.Source, target.Inventory)
                {
                    Surroundings = target.Surroundings, Load = target.Load, Reserved = reserved, Cluster = _situation.Cluster, Remapping = remapping,
                    Plan = MigrationPlanner.Plan(new MigrationRequest
                    {
                        Vm = guest.Vm, Definition = guest.Definition, Source = _situation.Source, Destination = target.Inventory, Cluster = _situation.Cluster, Remapping = remapping,
                    }),
                };
            }))[0];
            if (best.Eligible)
            {
                placed++;
                promised[best.Destination] = promised.GetValueOrDefault(best.Destination, PlacementReservation.None).Plus(PlacementReservation.Of(guest.Vm, guest.Definition));
            }
        }

        RivalPlaced = placed;
        return watch.Elapsed.TotalMilliseconds;
    }

    private static EvacuationGuest Guest(int number)
    {
        int memory = 1 << (number * 7 % 5);
        var definition = new VmDefinition
        {
            Uuid = new Guid(number + 1, 1, 0, new byte[8]), Architecture = "x86_64", MachineType = "pc-q35-10.0", OnlineVCpus = 2 << (number % 3), Memory = ByteSize.FromMebibytes(1024L * memory),
            Cpu = new VmCpu { Mode = CpuMode.HostModel, Model = "EPYC", Text = "<cpu/>" },
            Disks = new[] { new VmDisk { Target = "vda", Source = DiskSource.File, Path = "/images/vm" + number + ".qcow2", Cache = "none" } },
            Networks = new[] { new VmNetwork("bridge", "br0", "52:54:00:" + number, false), new VmNetwork("network", "lan", "52:55:00:" + number, false) },
        };
        switch (number % 20)
        {
            case 5: definition = definition with { VCpuPins = Enumerable.Range(0, 2).Select(cpu => new CpuPin(cpu, new[] { (number / 20 * 2 % 32) + cpu })).ToArray() }; break;
            case 11: definition = definition with { NumaBindings = new[] { new NumaBinding(null, NumaMode.Strict, new[] { 0 }) } }; break;
            case 17: definition = definition with { HugePages = true, HugePageUses = new[] { new HugePageUse(s_page, new int[0]) } }; break;
        }

        return new EvacuationGuest(new VirtualMachine
        {
            Name = "vm" + number, Uuid = definition.Uuid, Host = "h0", Cluster = "c", State = VmPowerState.Running, VCpus = definition.OnlineVCpus, Memory = definition.Memory, Persistent = true,
        }, definition);
    }

    private static HostInventory Host(int number, int free)
    {
        string name = "h" + number;
        int cells = 1 << (number % 2);
        int perCell = 64 / cells;
        return new HostInventory(
            new HostRegistration { Name = name, Cluster = "c", ConnectUri = "qemu+tls://" + name + "/system", PeerUri = "qemu+tls://" + name + "/system", LinkSpeed = Bandwidth.Parse(number % 4 < 2 ? "25Gbps" : "10Gbps") },
            new HostFacts
            {
                Uuid = new Guid(number + 1, 0, 0, new byte[8]), HostName = name, Hypervisor = "QEMU", LibvirtVersion = new Version(11, 3), HypervisorVersion = new Version(10, 0),
                Architecture = "x86_64", Threads = 64, Memory = ByteSize.FromMebibytes(2048L * free), AvailableMemory = ByteSize.FromMebibytes(1024L * free), MachineTypes = s_machines,
                OnlineCpus = Enumerable.Range(0, 64).ToArray(),
                Cells = Enumerable.Range(0, cells).Select(cell => new NumaCell(cell, ByteSize.FromMebibytes(2048L * free / cells), ByteSize.FromMebibytes(1024L * free / cells),
                    Enumerable.Range(cell * perCell, perCell).ToArray(), new[] { new HugePagePool(s_page, 32768, 16384) })).ToArray(),
            });
    }
}
'@
$small = [EvacuationBenchmark]::new(200, 50)
$null = 1..3 | ForEach-Object { $small.Plan(), $small.Rival() }
$pair = Measure-Pair -Rounds $Rounds -Ours { $small.Plan() } -Rival { $small.Rival() }
'200 VMs over 50 hosts: {0:N0} ms (allowed: 100), {1} of at most {2} leave, total {3} for at least {4}; the plain way places {5}' -f $pair.Ours, $small.Last.Moves.Count, $small.Last.AtMost, $small.Last.Total, $small.Last.AtLeast, $small.RivalPlaced
$large = [EvacuationBenchmark]::new($Vms, $Hosts)
$null = $large.Plan()
$times = @(1..[Math]::Min($Rounds, 3) | ForEach-Object { $large.Plan() })
'{0:N0} VMs over {1} hosts: {2:N0} ms (allowed: 5,000), {3} of at most {4} leave, total {5} for at least {6}' -f $Vms, $Hosts, (Get-Median $times), $large.Last.Moves.Count, $large.Last.AtMost, $large.Last.Total, $large.Last.AtLeast
Write-Ratio 'planning 200 over 50' $pair.Ours 'ranking every VM on every host in turn' $pair.Rival 0.5
