using VirtMigration.Inventory;
using VirtMigration.Native.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class LoadTests
{
    [Fact]
    public void A_high_performance_VM_takes_its_CPUs()
    {
        DomainLoad load = DomainXml.ReadLoad(Definitions.HighPerformance);
        Assert.Equal(8, load.VCpus);
        Assert.Equal(ByteSize.FromMebibytes(65536), load.Memory);
        Assert.Equal(8, load.Pins.Count);
    }

    [Fact]
    public void What_can_be_plugged_in_later_is_not_taken() => Assert.Equal(
        new ByteSize(2 * 1024 * 1024),
        DomainXml.ReadLoad("<domain><maxMemory>8192</maxMemory><memory>2048</memory><currentMemory>1024</currentMemory></domain>").Memory);

    [Fact]
    public void VMs_are_added_up()
    {
        Guid[] vms = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        LoadSum sum = new();
        sum.Add(vms[0], new(4, ByteSize.FromMebibytes(100), [new(0, [2]), new(1, [2, 3])]), incoming: false);
        sum.Add(vms[1], new(2, ByteSize.FromMebibytes(30), [new(0, [3])]), incoming: true);
        sum.Add(vms[2], new(1, ByteSize.FromMebibytes(5), []), incoming: false);
        HostLoad total = sum.Total;
        Assert.Equal(3, total.ActiveVms);
        Assert.Equal(vms.Order(), total.Vms.Order());
        Assert.Equal(7, total.VCpus);
        Assert.Equal(ByteSize.FromMebibytes(135), total.CommittedMemory);
        Assert.Equal(new Dictionary<int, int> { [2] = 2, [3] = 2 }, total.Pins);
        Assert.Equal(1, total.Incoming);
        Assert.Equal(ByteSize.FromMebibytes(30), total.IncomingMemory);
    }

    [Theory]
    [InlineData(new byte[] { 0x15 }, 8, new[] { 0, 2, 4 })]
    [InlineData(new byte[] { 0xff, 0x03 }, 10, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(new byte[] { 0xff, 0xff }, 9, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 0x00, 0x80 }, 16, new[] { 15 })]
    [InlineData(new byte[0], 0, new int[0])]
    public void The_map_of_CPUs_has_a_bit_for_each(byte[] map, int count, int[] expected) =>
        Assert.Equal(expected, OnlineCpus.FromMap(map, count));
}
