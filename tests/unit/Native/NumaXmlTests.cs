using VirtMigration.Inventory;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>NUMA cells, what they are tied to, and their huge pages.</summary>
public sealed class NumaXmlTests
{
    private const string TwoCells = """
        <cpu><numa>
          <cell id='1' cpus='2-3' memory='2048' unit='MiB'/>
          <cell id='0' cpus='0-1' memory='2097152'/>
        </numa></cpu>
        """;

    [Fact]
    public void Cells_are_listed_by_id()
    {
        IReadOnlyList<VirtualNumaCell> cells = Definitions.Read(TwoCells).VirtualCells;
        Assert.Equal([0, 1], cells.Select(cell => cell.Id));
        Assert.Equal([0, 1], cells[0].VCpus);
        Assert.All(cells, cell => Assert.Equal(ByteSize.FromMebibytes(2048), cell.Memory));
    }

    [Fact]
    public void A_cell_can_have_memory_only()
    {
        VirtualNumaCell cell = Assert.Single(Definitions.Read("<cpu><numa><cell id='2' memory='1' unit='GiB'/></numa></cpu>").VirtualCells);
        Assert.Equal(2, cell.Id);
        Assert.Empty(cell.VCpus);
    }

    [Fact]
    public void Cells_without_ids_are_numbered_as_they_come() => Assert.Equal(
        [0, 1],
        Definitions.Read("<cpu><numa><cell cpus='0' memory='1'/><cell cpus='1' memory='1'/></numa></cpu>").VirtualCells
            .Select(cell => cell.Id));

    [Theory]
    [InlineData("<memory mode='strict' nodeset='0-1'/>", "all Strict 0,1")]
    [InlineData("<memory nodeset='3'/>", "all Strict 3")]
    [InlineData("<memory mode='interleave' nodeset='0-7,^4'/>", "all Interleave 0,1,2,3,5,6,7")]
    [InlineData("<memory mode='preferred' placement='static' nodeset='1'/>", "all Preferred 1")]
    [InlineData("<memory mode='restrictive' nodeset='0'/>", "all Restrictive 0")]
    [InlineData("<memory mode='tomorrow' nodeset='0'/>", "all Strict 0")]
    [InlineData("<memory mode='strict' placement='auto'/>")]
    [InlineData("<memory mode='strict' placement='auto' nodeset='0'/>")]
    [InlineData(
        "<memnode cellid='1' mode='strict' nodeset='8'/><memnode cellid='0' mode='preferred' nodeset='0'/>",
        "0 Preferred 0",
        "1 Strict 8")]
    [InlineData("")]
    public void Memory_is_tied_to_cells_of_the_host(string numatune, params string[] expected) => Assert.Equal(
        expected,
        Definitions.Read($"<numatune>{numatune}</numatune>").NumaBindings
            .Select(binding => (Cell: binding.VirtualCell is { } cell ? $"{cell}" : "all", binding.Mode, binding.HostCells))
            .Select(binding => $"{binding.Cell} {binding.Mode} {string.Join(',', binding.HostCells)}"));

    [Theory]
    [InlineData("<hugepages/>", "default []")]
    [InlineData("<hugepages><page size='2048' unit='KiB'/></hugepages>", "2 MiB []")]
    [InlineData("<hugepages><page size='2048'/></hugepages>", "2 MiB []")]
    [InlineData("<hugepages><page size='1' unit='G' nodeset='1'/></hugepages>", "1 GiB [1]")]
    [InlineData("<hugepages><page size='2' unit='M' nodeset='0-1'/></hugepages>", "2 MiB [0,1]")]
    [InlineData("<hugepages><page size='2' unit='M'/><page size='1' unit='G' nodeset='1'/></hugepages>", "2 MiB [0]", "1 GiB [1]")]
    [InlineData("<hugepages><page size='2' unit='M'/><page size='1' unit='G' nodeset='0-1'/></hugepages>", "1 GiB [0,1]")]
    [InlineData(
        "<hugepages><page size='2' unit='M' nodeset='0'/><page size='1' unit='G' nodeset='1'/></hugepages>",
        "2 MiB [0]",
        "1 GiB [1]")]
    [InlineData("<hugepages><page size='4' unit='KiB'/></hugepages>")]
    [InlineData("<hugepages><page size='4' unit='KiB' nodeset='0'/><page size='1' unit='G'/></hugepages>", "1 GiB [1]")]
    [InlineData("<source type='memfd'/>")]
    public void Which_memory_is_on_huge_pages(string memoryBacking, params string[] expected)
    {
        VmDefinition definition = Definitions.Read($"<memoryBacking>{memoryBacking}</memoryBacking>{TwoCells}");
        Assert.Equal(
            expected,
            definition.HugePageUses.Select(use => $"{use.PageSize?.ToString() ?? "default"} [{string.Join(',', use.VirtualCells)}]"));
        Assert.Equal(expected.Length > 0, definition.HugePages);
    }

    [Fact]
    public void Without_cells_of_its_own_all_memory_of_the_guest_is_meant() => Assert.Empty(Assert.Single(
        Definitions.Read("<memoryBacking><hugepages><page size='1' unit='G' nodeset='0'/></hugepages></memoryBacking>").HugePageUses)
        .VirtualCells);

    [Fact]
    public void A_page_without_a_size_is_refused() => Assert.Throws<FormatException>(
        () => Definitions.Read("<memoryBacking><hugepages><page nodeset='0'/></hugepages></memoryBacking>"));
}
