#requires -Version 7.6
# Making one plan, every rule and every decision's text included, against parsing the VM's definition, which every migration needs
# anyway. Allowed are 20 microseconds a plan.
param([int] $Rounds = 9, [int] $Plans = 20000)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

# A loop in the shell would measure the shell.
$engine = [VirtMigration.Planning.MigrationPlanner].Assembly.Location
Add-Type -ReferencedAssemblies $engine, 'System.Xml.XDocument', 'System.Runtime', 'System.Collections' -TypeDefinition @'
using System;
using System.Diagnostics;
using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

public static class PlanningBenchmark
{
    private static readonly MigrationRequest s_request = new MigrationRequest
    {
        Vm = new VirtualMachine { Name = "db1", Uuid = Guid.NewGuid(), Host = "h1", Cluster = "c", State = VmPowerState.Running, VCpus = 16, Memory = ByteSize.Parse("64GiB"), Persistent = true },
        Definition = new VmDefinition
        {
            Uuid = Guid.NewGuid(), Architecture = "x86_64", MachineType = "pc-q35-10.0", OnlineVCpus = 16, Memory = ByteSize.Parse("64GiB"),
            Options = new VmMigrationOptions { SwitchoverBandwidth = BandwidthChoice.Link, MaxParallelConnections = 8 },
        },
        Source = Host("h1"),
        Destination = Host("h2"),
        Cluster = new ClusterMigrationOptions { Cluster = "c", ParallelConnections = ParallelChoice.Auto, MigrationNetwork = "10.0.8.0/24" },
        Parameters = new PlanOptions { Policy = BuiltInPolicies.VeryLarge },
    };

    private static HostInventory Host(string name) => new HostInventory(
        new HostRegistration { Name = name, Cluster = "c", ConnectUri = "qemu+tls://" + name + "/system", PeerUri = "qemu+tls://" + name + "/system", MigrationAddress = "10.0.8.1" + name[1], LinkSpeed = Bandwidth.Parse("100Gbps") },
        new HostFacts { Uuid = Guid.NewGuid(), HostName = name, Hypervisor = "QEMU", LibvirtVersion = new Version(11, 3), HypervisorVersion = new Version(10, 0), Architecture = "x86_64", Threads = 64, Memory = ByteSize.Parse("256GiB") });

    public static double Plan(int times)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
        {
            if (MigrationPlanner.Plan(s_request).Transfer.ParallelConnections != 8) throw new InvalidOperationException("the plan is wrong");
        }

        return watch.Elapsed.TotalMicroseconds / times;
    }

    public static double Parse(string xml, int times)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < times; i++)
        {
            if (XElement.Parse(xml).Element("memory") == null) throw new InvalidOperationException("the definition is wrong");
        }

        return watch.Elapsed.TotalMicroseconds / times;
    }
}
'@
$disks = -join (1..4 | ForEach-Object { "<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none' io='native' discard='unmap'/><source dev='/dev/vg/db1-$_' index='$_'/><backingStore/><target dev='vd$_' bus='virtio'/><alias name='virtio-disk$_'/><address type='pci' domain='0x0000' bus='0x0$_' slot='0x00' function='0x0'/></disk>" })
$pins = -join (0..15 | ForEach-Object { "<vcpupin vcpu='$_' cpuset='$($_ + 2)'/>" })
$xml = "<domain type='kvm' id='7'><name>db1</name><uuid>$([guid]::NewGuid())</uuid><memory unit='KiB'>67108864</memory><currentMemory unit='KiB'>67108864</currentMemory><vcpu placement='static'>16</vcpu><cputune>$pins<emulatorpin cpuset='0-1'/></cputune><os><type arch='x86_64' machine='pc-q35-10.0'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>$disks</devices></domain>"

$null = [PlanningBenchmark]::Plan($Plans), [PlanningBenchmark]::Parse($xml, $Plans)
$pair = Measure-Pair -Rounds $Rounds -Ours { [PlanningBenchmark]::Plan($Plans) / 1000 } -Rival { [PlanningBenchmark]::Parse($xml, $Plans) / 1000 }
'one plan: {0:0.00} microseconds (allowed: 20); parsing a definition of {1} bytes: {2:0.00} microseconds' -f ($pair.Ours * 1000), $xml.Length, ($pair.Rival * 1000)
Write-Ratio 'MigrationPlanner.Plan' ($pair.Ours * 1000) 'XElement.Parse of the definition' ($pair.Rival * 1000) 1.0 -Unit 'us'
