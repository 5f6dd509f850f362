using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>Capabilities of whole hosts.</summary>
public sealed class HostShapeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(8, 1)]
    [InlineData(8, 2)]
    public void Cells_CPUs_and_topology_of_a_host(int cells, int threads)
    {
        HostShape shape = HostShape.Of(cells, threads);
        Capabilities capabilities = CapabilitiesXml.Read(shape.ToXml());
        Assert.Equal(Enumerable.Range(0, cells), capabilities.Cells.Select(cell => cell.Id));
        Assert.All(capabilities.Cells, cell => Assert.Equal(shape.CpusOf(cell.Id).Order(), cell.Cpus));
        Assert.Equal(Enumerable.Range(0, cells * 4 * threads), capabilities.Cells.SelectMany(cell => cell.Cpus).Order());
        Assert.Equal(new CpuTopology(cells, 4, threads), capabilities.Cpu.Topology);
        Assert.Equal(
            Enumerable.Range(0, cells * 4).Select(core => Enumerable.Range(0, threads).Select(thread => core + (thread * cells * 4))),
            capabilities.Cores);
        Assert.Equal(cells * cells, capabilities.CellDistances.Count);
        Assert.All(capabilities.CellDistances, pair => Assert.Equal(pair.Key.From == pair.Key.To ? 10 : 21, pair.Value));
    }

    [Fact]
    public void The_CPU_of_a_host()
    {
        HostCpu cpu = CapabilitiesXml.Read(HostShape.Of(2, 2).ToXml()).Cpu;
        Assert.Equal("Cascadelake-Server-noTSX", cpu.Model);
        Assert.Equal("Intel", cpu.Vendor);
        Assert.Equal(["invtsc", "vmx"], cpu.Features.Order(StringComparer.Ordinal));
        Assert.Equal(2593907000, cpu.TscFrequency);
        Assert.True(cpu.TscScaling);
    }

    [Theory]
    [InlineData("<counter name='tsc' frequency='2593907000' scaling='no'/>", 2593907000L, false)]
    [InlineData("<counter name='tsc' frequency='2593907000'/>", 2593907000L, null)]
    [InlineData("<counter name='arm' frequency='1' scaling='yes'/>", null, null)]
    [InlineData("", null, null)]
    public void What_a_host_says_of_its_time_stamp_counter(string counter, long? frequency, bool? scaling)
    {
        HostCpu cpu = CapabilitiesXml.Read($"<capabilities><host><cpu><arch>x86_64</arch>{counter}</cpu></host></capabilities>").Cpu;
        Assert.Equal(frequency, cpu.TscFrequency);
        Assert.Equal(scaling, cpu.TscScaling);
    }

    [Fact]
    public void Four_cells_in_one_socket_are_one_socket() => Assert.Equal(
        new CpuTopology(1, 16, 2),
        CapabilitiesXml.Read((HostShape.Of(4, 2) with { CellsPerSocket = 4 }).ToXml()).Cpu.Topology);

    [Fact]
    public void Ids_of_cells_may_have_gaps()
    {
        Capabilities capabilities = CapabilitiesXml.Read((HostShape.Of(2, 2) with { Cells = [0, 8] }).ToXml());
        Assert.Equal([0, 8], capabilities.Cells.Select(cell => cell.Id));
        Assert.Equal([1, 3, 5, 7, 9, 11, 13, 15], capabilities.Cells[1].Cpus);
        Assert.Equal([(0, 0), (0, 8), (8, 0), (8, 8)], capabilities.CellDistances.Keys.Order());
        Assert.Equal(21, capabilities.CellDistances[(0, 8)]);
    }

    [Fact]
    public void A_distance_goes_from_one_cell_to_another() => Assert.Equal(
        new Dictionary<(int From, int To), int> { [(0, 0)] = 10, [(0, 1)] = 20, [(1, 0)] = 32, [(1, 1)] = 10 },
        CapabilitiesXml.Read("""
            <capabilities><host><topology><cells num='2'>
              <cell id='0'><distances><sibling id='0' value='10'/><sibling id='1' value='20'/></distances></cell>
              <cell id='1'><distances><sibling id='0' value='32'/><sibling id='1' value='10'/></distances></cell>
            </cells></topology></host></capabilities>
            """).CellDistances);

    [Fact]
    public void A_CPU_that_is_offline_belongs_to_its_cell_and_to_no_core()
    {
        // Hyper-threading switched off in a running system: the second threads are offline.
        HostShape shape = HostShape.Of(1, 2) with { Offline = new HashSet<int> { 4, 5, 6, 7 } };
        Capabilities capabilities = CapabilitiesXml.Read(shape.ToXml());
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], capabilities.Cells[0].Cpus);
        Assert.Equal(new CpuTopology(1, 4, 1), capabilities.Cpu.Topology);
        Assert.Equal([[0], [1], [2], [3]], capabilities.Cores);
    }

    [Fact]
    public void Huge_pages_of_both_sizes()
    {
        Capabilities capabilities = CapabilitiesXml.Read((HostShape.Of(2, 2) with { HugePages = (1024, 16) }).ToXml());
        Assert.All(capabilities.Cells, cell => Assert.Equal(
            [new(ByteSize.FromMebibytes(2), 1024, null), new HugePagePool(ByteSize.FromMebibytes(1024), 16, null)],
            cell.HugePages));
    }

    [Fact]
    public void Without_its_CPUs_the_topology_is_what_the_host_states() => Assert.Equal(
        new CpuTopology(2, 12, 1),
        CapabilitiesXml.Read("""
            <capabilities><host><cpu><arch>x86_64</arch><topology sockets='2' dies='3' cores='4' threads='1'/></cpu></host></capabilities>
            """).Cpu.Topology);

    [Fact]
    public void A_driver_that_says_nothing_of_its_CPU()
    {
        Capabilities capabilities = CapabilitiesXml.Read("<capabilities><host><cpu><arch>i686</arch></cpu></host></capabilities>");
        Assert.Null(capabilities.Cpu.Model);
        Assert.Null(capabilities.Cpu.Topology);
        Assert.Empty(capabilities.Cpu.Features);
        Assert.Empty(capabilities.CellDistances);
        Assert.Empty(capabilities.Cores);
    }
}
