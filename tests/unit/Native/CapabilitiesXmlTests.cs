using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Native.Xml;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class CapabilitiesXmlTests
{
    private const string Document = """
        <capabilities>
          <host>
            <uuid>6c616200-0000-4000-8000-000000000011</uuid>
            <cpu><arch>x86_64</arch></cpu>
            <topology>
              <cells num='2'>
                <cell id='4'>
                  <memory unit='KiB'>2097152</memory>
                  <cpus num='2'><cpu id='3' socket_id='1'/><cpu id='1' socket_id='1'/></cpus>
                </cell>
                <cell id='0'>
                  <memory unit='KiB'>4194304</memory>
                  <pages unit='KiB' size='1048576'>2</pages>
                  <pages unit='KiB' size='4'>524288</pages>
                  <pages unit='KiB' size='2048'>512</pages>
                  <cpus num='2'><cpu id='0'/><cpu id='2'/></cpus>
                </cell>
              </cells>
            </topology>
          </host>
          <guest>
            <os_type>hvm</os_type>
            <arch name='i686'><machine>isapc</machine></arch>
          </guest>
          <guest>
            <os_type>hvm</os_type>
            <arch name='x86_64'>
              <machine maxCpus='255'>pc-i440fx-7.2</machine>
              <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
              <domain type='kvm'><machine maxCpus='710'>microvm</machine></domain>
            </arch>
          </guest>
        </capabilities>
        """;

    [Fact]
    public void Host_and_cells_are_read()
    {
        Capabilities capabilities = CapabilitiesXml.Read(Document);
        Assert.Equal(new Guid("6c616200-0000-4000-8000-000000000011"), capabilities.HostUuid);
        Assert.Equal("x86_64", capabilities.Architecture);
        Assert.Equal([0, 4], capabilities.Cells.Select(cell => cell.Id));
        Assert.Equal(ByteSize.FromMebibytes(4096), capabilities.Cells[0].Memory);
        Assert.Equal([0, 2], capabilities.Cells[0].Cpus);
        Assert.Equal([1, 3], capabilities.Cells[1].Cpus);
    }

    [Fact]
    public void All_pages_but_the_smallest_are_huge() => Assert.Equal(
        [new HugePagePool(ByteSize.FromMebibytes(2), 512, null), new HugePagePool(ByteSize.FromMebibytes(1024), 2, null)],
        CapabilitiesXml.Read(Document).Cells[0].HugePages);

    [Fact]
    public void Machine_types_of_the_hosts_own_architecture_and_their_aliases() => Assert.Equal(
        ["microvm", "pc-i440fx-7.2", "pc-q35-7.2", "q35"],
        CapabilitiesXml.Read(Document).MachineTypes.Order(StringComparer.Ordinal));

    [Fact]
    public void A_driver_without_topology_has_no_cells()
    {
        Capabilities capabilities = CapabilitiesXml.Read("<capabilities><host><cpu><arch>i686</arch></cpu></host></capabilities>");
        Assert.Null(capabilities.HostUuid);
        Assert.Empty(capabilities.Cells);
        Assert.Empty(capabilities.MachineTypes);
    }

    [Theory]
    [InlineData("<link speed='10000' state='up'/>", 10000L)]
    [InlineData("<link speed='10000' state='down'/>", null)]
    [InlineData("<link state='up'/>", null)]
    [InlineData("<link speed='0' state='up'/>", null)]
    [InlineData("<link speed='4294967295' state='up'/>", null)]
    [InlineData("", null)]
    public void A_link_has_a_speed_while_it_is_up(string link, long? megabits)
    {
        (string Name, Bandwidth Speed)? read = NetworkDeviceXml.ReadLink($"""
            <device>
              <name>net_ens3_52_54_00_00_00_01</name>
              <capability type='net'><interface>ens3</interface>{link}</capability>
            </device>
            """);
        Assert.Equal(megabits is { } value ? ("ens3", Bandwidth.FromMegabitsPerSecond(value)) : null, read);
    }

    [Fact]
    public void Domain_capabilities_are_read()
    {
        DomainCapabilities capabilities = DomainCapabilitiesXml.Read("""
            <domainCapabilities>
              <path>/usr/bin/qemu-system-x86_64</path><machine>pc-q35-7.2</machine><arch>x86_64</arch><vcpu max='288'/>
              <cpu>
                <mode name='host-passthrough' supported='yes'/>
                <mode name='host-model' supported='yes'><model>EPYC</model></mode>
                <mode name='custom' supported='yes'><model usable='yes'>qemu64</model><model usable='no'>EPYC</model></mode>
              </cpu>
            </domainCapabilities>
            """);
        Assert.Equal("pc-q35-7.2", capabilities.MachineType);
        Assert.Equal(288, capabilities.MaxVCpus);
        Assert.True(capabilities.HostPassthrough);
        Assert.Equal(["qemu64"], capabilities.CpuModels);
    }
}
