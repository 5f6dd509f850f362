using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>What a host is asked as a destination, through libvirt's own parsers: its test driver keeps VMs, pools and networks as the
/// real ones do, and writes them back in its own words.</summary>
public sealed class DestinationTests : IDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly Guid s_pinned = new("00000000-0000-4000-8000-000000000001");
    private static readonly Guid s_transient = new("00000000-0000-4000-8000-000000000002");

    private readonly string _path = TestWorld.Write("""
        <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
          <name>pinned</name><uuid>00000000-0000-4000-8000-000000000001</uuid>
          <memory unit='MiB'>4096</memory><currentMemory unit='MiB'>1024</currentMemory>
          <memoryBacking><hugepages><page size='2' unit='M' nodeset='0'/><page size='1' unit='G' nodeset='1'/></hugepages></memoryBacking>
          <vcpu placement='static' cpuset='0-3,^1' current='3'>4</vcpu>
          <iothreads>2</iothreads>
          <cputune>
            <vcpupin vcpu='0' cpuset='5'/><vcpupin vcpu='3' cpuset='6'/>
            <emulatorpin cpuset='7'/><iothreadpin iothread='2' cpuset='4-5'/>
          </cputune>
          <numatune><memory mode='interleave' nodeset='0-1'/><memnode cellid='1' mode='strict' nodeset='1'/></numatune>
          <os><type arch='i686'>hvm</type></os>
          <cpu mode='custom' match='exact'>
            <model>core2duo</model><topology sockets='2' cores='1' threads='2'/>
            <feature policy='require' name='invtsc'/><feature policy='disable' name='vmx'/>
            <numa>
              <cell id='0' cpus='0-1' memory='2048' unit='MiB'/><cell id='1' cpus='2-3' memory='2048' unit='MiB'/>
            </numa>
          </cpu>
          <clock offset='utc'><timer name='tsc' frequency='2600000000'/></clock>
          <devices>
            <disk type='network' device='disk'>
              <driver name='qemu' type='raw' cache='none'/>
              <source protocol='rbd' name='vms/pinned'><host name='mon1' port='6789'/></source>
              <target dev='vda' bus='virtio'/><shareable/>
            </disk>
            <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
            <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
            <hostdev mode='subsystem' type='pci' managed='yes'>
              <source><address domain='0x0000' bus='0x06' slot='0x02' function='0x0'/></source>
            </hostdev>
            <hostdev mode='subsystem' type='mdev' model='vfio-pci'>
              <source><address uuid='4b20d080-1b54-4048-85b3-a6a62d165c01'/></source>
            </hostdev>
            <filesystem type='mount'><source dir='/srv'/><target dir='srv'/></filesystem>
            <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
          </devices>
          <test:domainsnapshot><name>one</name><creationTime>1</creationTime><active>0</active><state>running</state></test:domainsnapshot>
          <test:domainsnapshot>
            <name>two</name><creationTime>2</creationTime><active>1</active><state>running</state><parent><name>one</name></parent>
          </test:domainsnapshot>
        </domain>
        <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
          <name>free</name><uuid>00000000-0000-4000-8000-000000000002</uuid>
          <memory unit='MiB'>1024</memory><vcpu>2</vcpu><os><type arch='i686'>hvm</type></os>
          <test:transient>1</test:transient>
        </domain>
        <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
          <name>off</name><uuid>00000000-0000-4000-8000-000000000003</uuid>
          <memory unit='MiB'>1024</memory><vcpu cpuset='0'>2</vcpu><os><type arch='i686'>hvm</type></os>
          <test:runstate>5</test:runstate>
        </domain>
        <pool type='netfs'>
          <name>nfs</name><uuid>10000000-0000-4000-8000-000000000001</uuid>
          <source><host name='nas1'/><dir path='/export/vms'/><format type='nfs'/></source><target><path>/mnt/vms</path></target>
        </pool>
        <pool type='dir'>
          <name>local</name><uuid>10000000-0000-4000-8000-000000000002</uuid><target><path>/var/lib/images</path></target>
        </pool>
        <network><name>lan</name><uuid>20000000-0000-4000-8000-000000000001</uuid><bridge name='virbr7'/></network>
        """);

    private string Uri => $"test://{_path}";

    public void Dispose() => File.Delete(_path);

    [LibvirtFact]
    public async Task A_definition_in_libvirts_own_words()
    {
        VmDefinition definition = await (await TestWorld.ConnectAsync(Uri)).GetDefinitionAsync(s_pinned, s_none);
        Assert.Equal(["0:5", "1:0,2,3", "2:0,2,3"], definition.VCpuPins.Select(Text));
        Assert.Equal(["1:0,2,3", "2:4,5"], definition.IoThreadPins.Select(Text));
        Assert.Equal([7], definition.EmulatorPin);
        Assert.Equal([null, 1], definition.NumaBindings.Select(binding => binding.VirtualCell));
        Assert.Equal([NumaMode.Interleave, NumaMode.Strict], definition.NumaBindings.Select(binding => binding.Mode));
        Assert.Equal([2, 2], definition.VirtualCells.Select(cell => cell.VCpus.Count));
        Assert.Equal(
            [ByteSize.FromMebibytes(2), ByteSize.FromMebibytes(1024)],
            definition.HugePageUses.Select(use => use.PageSize));
        Assert.Equal(
            new VmDisk { Target = "vda", Source = DiskSource.Network, Path = "vms/pinned", Cache = "none", Shareable = true },
            definition.Disks[0]);
        Assert.Null(definition.Disks[1].Path);
        Assert.True(definition.Disks[1].ReadOnly);
        Assert.Equal([new VmNetwork("bridge", "br0", "52:54:00:00:00:01", false)], definition.Networks);
        Assert.Equal(
            [new("pci", "0000:06:02.0", null), new VmHostDevice("mdev", "4b20d080-1b54-4048-85b3-a6a62d165c01", "vfio-pci")],
            definition.HostDevices);
        Assert.Equal(["filesystem"], definition.TyingDevices);
        Assert.True(definition.Tpm);
        Assert.Equal(2, definition.Snapshots);
        Assert.False(definition.StoredPinsDiffer);
    }

    [LibvirtFact]
    public async Task A_CPU_in_libvirts_own_words()
    {
        VmCpu cpu = (await (await TestWorld.ConnectAsync(Uri)).GetDefinitionAsync(s_pinned, s_none)).Cpu;
        Assert.Equal(CpuMode.Custom, cpu.Mode);
        Assert.Equal("core2duo", cpu.Model);
        Assert.Equal(new CpuTopology(2, 1, 2), cpu.Topology);
        Assert.Equal(2600000000, cpu.TscFrequency);
        Assert.True(cpu.InvariantTsc);

        // The driver has no expanded CPU, so this is the one that it shows.
        Assert.StartsWith("<domain type=\"test\"><cpu mode=\"custom\"", cpu.Text, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task The_load_of_a_host()
    {
        HostLoad load = await (await TestWorld.ConnectAsync(Uri)).GetLoadAsync(s_none);
        Assert.Equal(2, load.ActiveVms);
        Assert.Equal([s_pinned, s_transient], load.Vms.Order());
        Assert.Equal(5, load.VCpus);
        Assert.Equal(ByteSize.FromMebibytes(5120), load.CommittedMemory);
        Assert.Equal(new Dictionary<int, int> { [0] = 2, [2] = 2, [3] = 2, [5] = 1 }, load.Pins);
        Assert.Equal(0, load.Incoming);
    }

    [LibvirtFact]
    public async Task The_surroundings_of_a_host()
    {
        HostSurroundings surroundings = await (await TestWorld.ConnectAsync(Uri)).GetSurroundingsAsync(s_none);
        Assert.Equal(
            [
                new("local", "dir", true, "/var/lib/images", null),
                new StoragePool("nfs", "netfs", true, "/mnt/vms", "nas1:/export/vms"),
            ],
            surroundings.Pools);
        Assert.Equal(["lan"], surroundings.Networks);
    }

    [LibvirtFact]
    public async Task The_surroundings_and_CPUs_of_the_drivers_own_host()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        HostSurroundings surroundings = await host.GetSurroundingsAsync(s_none);
        Assert.Equal([new("default-pool", "dir", true, "/default-pool", null)], surroundings.Pools);
        Assert.Equal(["default"], surroundings.Networks);
        Assert.Equal(["eth1"], surroundings.Devices);
        Assert.Equal([0, 2, 4], (await host.GetFactsAsync(s_none)).OnlineCpus);
    }

    [LibvirtFact]
    public async Task A_driver_that_cannot_compare_CPUs_says_so()
    {
        IHypervisorHost host = await TestWorld.ConnectAsync(TestWorld.DefaultUri);
        CpuComparison comparison = await host.CompareCpuAsync(new() { Text = "<cpu><model>qemu64</model></cpu>" }, "i686", "pc", s_none);
        Assert.Null(comparison.Fits);
        Assert.Contains("virConnectCompareHypervisorCPU", comparison.Reason, StringComparison.Ordinal);
    }

    [LibvirtFact]
    public async Task Without_a_CPU_there_is_nothing_to_compare()
    {
        CpuComparison comparison = await (await TestWorld.ConnectAsync(Uri)).CompareCpuAsync(new(), "i686", "pc", s_none);
        Assert.Null(comparison.Fits);
        Assert.NotNull(comparison.Reason);
    }

    [LibvirtFact]
    public async Task A_VM_that_went_away_since_the_list_was_made_takes_nothing()
    {
        ConnectionLane lane = new HostConnections(TestWorld.Registration(Uri)).Control;
        (DomainLoad? before, DomainLoad? after) = await lane.ReadAsync(
            "answer a test",
            connection =>
            {
                using BulkStatistics list = BulkStatistics.Get(connection, Libvirt.StatsState, Libvirt.ListActive);
                nint domain = Enumerable.Range(0, list.Count).Select(list.Domain).Single(domain => DomainUuid.Of(domain) == s_transient);
                DomainLoad? before = LoadReader.Load(domain, connection);
                Assert.Equal(0, virDomainDestroy(domain));
                return (before, LoadReader.Load(domain, connection));
            },
            s_none);
        Assert.Equal(2, before?.VCpus);
        Assert.Null(after);
    }

    // The product itself destroys nothing.
    [DllImport("libvirt.so.0")]
    private static extern int virDomainDestroy(nint domain);

    private static string Text(CpuPin pin) => $"{pin.Id}:{string.Join(',', pin.Cpus)}";
}
