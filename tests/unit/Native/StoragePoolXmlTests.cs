using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class StoragePoolXmlTests
{
    [Theory]
    [InlineData("dir", "<source></source>", null)]
    [InlineData("dir", "", null)]
    [InlineData("fs", "<source><device path='/dev/sdb1'/><format type='auto'/></source>", "/dev/sdb1")]
    [InlineData("netfs", "<source><host name='nas1'/><dir path='/export/vms'/><format type='nfs'/></source>", "nas1:/export/vms")]
    [InlineData("logical", "<source><device path='/dev/sdb'/><name>vg0</name><format type='lvm2'/></source>", "vg0")]
    [InlineData("disk", "<source><device path='/dev/sdb'/><device path='/dev/sdc'/></source>", "/dev/sdb,/dev/sdc")]
    [InlineData("iscsi", "<source><host name='san1'/><device path='iqn.2014-08.example:vms'/></source>", "san1:iqn.2014-08.example:vms")]
    [InlineData("rbd", "<source><host name='mon1' port='6789'/><host name='mon2'/><name>vms</name></source>", "mon1,mon2:vms")]
    [InlineData("gluster", "<source><host name='g1'/><dir path='/images'/><name>vol1</name></source>", "g1:vol1/images")]
    [InlineData("scsi", "<source><adapter type='scsi_host' name='host5'/></source>", "host5")]
    [InlineData("scsi", "<source><adapter type='fc_host' wwnn='2000' wwpn='1000'/></source>", "1000")]
    public void A_pool_says_where_it_really_is(string type, string source, string? expected)
    {
        StoragePool pool = StoragePoolXml.Read(
            $"<pool type='{type}'><name>p</name><capacity unit='bytes'>1</capacity>{source}<target><path>/mnt/p</path></target></pool>",
            active: true);
        Assert.Equal(new StoragePool("p", type, true, "/mnt/p", expected), pool);
    }

    [Fact]
    public void A_pool_without_a_folder() => Assert.Equal(
        new StoragePool("ceph", "rbd", false, null, "vms"),
        StoragePoolXml.Read("<pool type='rbd'><name>ceph</name><source><name>vms</name></source></pool>", active: false));

    [Theory]
    [InlineData("<capability type='net'><interface>br0</interface><address>52:54:00:00:00:01</address></capability>", "br0")]
    [InlineData("<capability type='net'/>", null)]
    [InlineData("<capability type='pci'><interface>br0</interface></capability>", null)]
    public void A_network_device_has_a_name(string capability, string? expected) =>
        Assert.Equal(expected, NetworkDeviceXml.ReadName($"<device><name>net_br0</name>{capability}</device>"));
}
