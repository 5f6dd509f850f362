using VirtMigration.Inventory;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class DevicesXmlTests
{
    public static TheoryData<string, VmDisk> Disks { get; } = new()
    {
        {
            "<disk type='file'><driver type='qcow2' cache='writeback'/><source file='/var/lib/vm.qcow2'/><target dev='vda'/></disk>",
            new() { Target = "vda", Source = DiskSource.File, Path = "/var/lib/vm.qcow2", Cache = "writeback" }
        },
        {
            "<disk type='block'><source dev='/dev/sdb'/><target dev='vdb'/><shareable/></disk>",
            new() { Target = "vdb", Source = DiskSource.Block, Path = "/dev/sdb", Shareable = true }
        },
        {
            "<disk type='volume'><source pool='nfs' volume='vm1'/><target dev='vdc'/><transient/></disk>",
            new() { Target = "vdc", Source = DiskSource.Volume, Path = "vm1", Pool = "nfs", Transient = true }
        },
        {
            "<disk type='network'><source protocol='rbd' name='vms/vm1'><host name='mon1' port='6789'/></source><target dev='vdd'/></disk>",
            new() { Target = "vdd", Source = DiskSource.Network, Path = "vms/vm1" }
        },
        {
            "<disk type='network'><source protocol='nbd'><host name='store'/></source><target dev='vde'/></disk>",
            new() { Target = "vde", Source = DiskSource.Network, Path = "nbd" }
        },
        {
            "<disk type='file' device='cdrom'><target dev='sda' tray='open'/><readonly/></disk>",
            new() { Target = "sda", Source = DiskSource.File, ReadOnly = true }
        },
        {
            "<disk type='file' device='cdrom'><source file='/iso/a.iso' startupPolicy='optional'/><target dev='sda'/><readonly/></disk>",
            new() { Target = "sda", Source = DiskSource.File, Path = "/iso/a.iso", ReadOnly = true }
        },
        {
            "<disk type='dir'><source dir='/srv/fat'/><target dev='vdf'/></disk>",
            new() { Target = "vdf", Source = DiskSource.Other, Path = "/srv/fat" }
        },
        {
            """
            <disk type='nvme'>
              <source type='pci' managed='yes' namespace='1'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>
              <target dev='vdg'/>
            </disk>
            """,
            new() { Target = "vdg", Source = DiskSource.Other, Path = "0000:01:00.0" }
        },
        {
            "<disk type='vhostuser'><source type='unix' path='/run/blk.sock'/><target dev='vdh'/></disk>",
            new() { Target = "vdh", Source = DiskSource.Other, Path = "/run/blk.sock" }
        },
    };

    public static TheoryData<string, VmNetwork> Networks { get; } = new()
    {
        {
            "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default' bridge='virbr0'/></interface>",
            new("network", "default", "52:54:00:00:00:01", false)
        },
        { "<interface type='bridge'><source bridge='br0'/></interface>", new("bridge", "br0", null, false) },
        {
            // What a network of forward mode 'bridge' is on the host where the VM runs.
            "<interface type='bridge'><source network='lan' portid='x' bridge='br0'/></interface>",
            new("network", "lan", null, false)
        },
        {
            "<interface type='direct'><source network='fast' dev='ens1' mode='bridge'/></interface>",
            new("network", "fast", null, false)
        },
        { "<interface type='direct'><source dev='ens1' mode='vepa'/></interface>", new("direct", "ens1", null, false) },
        { "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", new("vdpa", "/dev/vhost-vdpa-0", null, false) },
        {
            "<interface type='vhostuser'><source type='unix' path='/run/ovs.sock'/></interface>",
            new("vhostuser", "/run/ovs.sock", null, false)
        },
        { "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>", new("user", null, "52:54:00:00:00:02", false) },
        { "<interface type='ethernet'><target dev='tap0'/></interface>", new("ethernet", null, null, false) },
        {
            "<interface type='network'><source network='lan'/><teaming type='persistent'/><alias name='ua-backup'/></interface>",
            new("network", "lan", null, false)
        },
        {
            """
            <interface type='hostdev' managed='yes'>
              <mac address='52:54:00:00:00:03'/>
              <source><address type='pci' domain='0x0000' bus='0x07' slot='0x10' function='0x3'/></source>
              <teaming type='transient' persistent='ua-backup'/>
            </interface>
            """,
            new("hostdev", "0000:07:10.3", "52:54:00:00:00:03", true)
        },
        {
            """
            <interface type='hostdev'>
              <source network='vf-pool'><address type='pci' domain='0x0000' bus='0x07' slot='0x10' function='0x3'/></source>
            </interface>
            """,
            new("hostdev", "vf-pool", null, false)
        },
    };

    public static TheoryData<string, VmHostDevice> HostDevices { get; } = new()
    {
        {
            "<hostdev type='pci'><source><address domain='0x0000' bus='0xaf' slot='0x1f' function='0x7'/></source></hostdev>",
            new("pci", "0000:af:1f.7", null)
        },
        {
            "<hostdev type='pci'><source><address domain='1' bus='10' slot='2' function='0'/></source></hostdev>",
            new("pci", "0001:0a:02.0", null)
        },
        {
            "<hostdev type='usb'><source><vendor id='0x046d'/><product id='0xc077'/><address bus='1' device='3'/></source></hostdev>",
            new("usb", "046d:c077", null)
        },
        { "<hostdev type='usb'><source><address bus='1' device='3'/></source></hostdev>", new("usb", "bus 1 device 3", null) },
        {
            """
            <hostdev type='mdev' model='vfio-pci' display='on'>
              <source><address uuid='4b20d080-1b54-4048-85b3-a6a62d165c01'/></source>
            </hostdev>
            """,
            new("mdev", "4b20d080-1b54-4048-85b3-a6a62d165c01", "vfio-pci")
        },
        {
            "<hostdev type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='1' unit='2'/></source></hostdev>",
            new("scsi", "scsi_host0 0:1:2", null)
        },
        {
            "<hostdev type='scsi'><source protocol='iscsi' name='iqn.2014-08.com.example:store/1'><host name='store'/></source></hostdev>",
            new("scsi", "iscsi iqn.2014-08.com.example:store/1", null)
        },
        {
            "<hostdev type='scsi_host' model='virtio'><source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>",
            new("scsi_host", "naa.5123456789abcde0", null)
        },
        {
            "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
            new("tpm", "/dev/tpm0", null)
        },
    };

    [Theory]
    [MemberData(nameof(Disks))]
    public void A_disk(string xml, VmDisk expected) => Assert.Equal(expected, Assert.Single(Definitions.ReadDevices(xml).Disks));

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_interface(string xml, VmNetwork expected) =>
        Assert.Equal(expected, Assert.Single(Definitions.ReadDevices(xml).Networks));

    [Theory]
    [MemberData(nameof(HostDevices))]
    public void A_device_of_the_host(string xml, VmHostDevice expected) =>
        Assert.Equal(expected, Assert.Single(Definitions.ReadDevices(xml).HostDevices));

    [Fact]
    public void What_ties_a_VM_to_its_host_by_kind() => Assert.Equal(
        ["nvdimm", "shmem", "virtio-pmem", "virtiofs"],
        Definitions.ReadDevices("""
            <shmem name='a'/><shmem name='b'/>
            <memory model='nvdimm'><source><path>/tmp/nv</path></source></memory>
            <memory model='virtio-pmem'/>
            <memory model='dimm'/>
            <filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='srv'/></filesystem>
            <memballoon model='virtio'/>
            """).TyingDevices);

    [Fact]
    public void Disks_that_are_being_copied_have_a_block_job() => Assert.Equal(
        ["vdb"],
        Definitions.ReadDevices("""
            <disk type='file'><source file='/a'/><target dev='vda'/></disk>
            <disk type='file'>
              <source file='/b'/>
              <mirror type='file' file='/c' format='qcow2' job='copy' ready='yes'><format type='qcow2'/><source file='/c'/></mirror>
              <target dev='vdb'/>
            </disk>
            """).BlockJobs);

    [Theory]
    [InlineData("<nvram>/var/lib/libvirt/qemu/nvram/a_VARS.fd</nvram>", true)]
    [InlineData("<nvram type='file'><source file='/var/lib/a_VARS.fd'/></nvram>", true)]
    [InlineData("<nvram type='network'><source protocol='nbd'/></nvram>", false)]
    [InlineData("", false)]
    public void Whether_firmware_keeps_variables_in_a_file(string nvram, bool expected) =>
        Assert.Equal(expected, Definitions.Read($"<os><type>hvm</type>{nvram}</os>").Nvram);

    [Theory]
    [InlineData("<channel type='unix'><target type='virtio' name='org.example.notice.0'/></channel>", "org.example.notice.0", false)]
    [InlineData("<channel type='unix'><target type='virtio' name='a'/></channel><channel type='unix'><source mode='bind'/><target type='virtio' name='b'/></channel>", "a,b", false)]
    [InlineData("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>", "", true)]
    [InlineData("<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>", "", false)]
    [InlineData("<channel type='pty'><target type='virtio' name='a'/></channel>", "", false)]
    [InlineData("<channel type='unix'><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>", "", false)]
    [InlineData("<channel type='unix'><target type='virtio'/></channel>", "", false)]
    [InlineData("", "", false)]
    public void Which_channels_somebody_can_talk_over_and_whether_there_is_the_agents(string channels, string names, bool agent)
    {
        VmDefinition definition = Definitions.ReadDevices(channels);
        Assert.Equal(names, string.Join(',', definition.Channels));
        Assert.Equal(agent, definition.AgentChannel);
    }

    [Theory]
    [InlineData("<tpm model='tpm-crb'><backend type='emulator'/></tpm>", true)]
    [InlineData("", false)]
    public void Whether_it_has_a_TPM(string tpm, bool expected)
    {
        VmDefinition definition = Definitions.ReadDevices(tpm);
        Assert.Equal(expected, definition.Tpm);
        Assert.Empty(definition.HostDevices);
    }
}
