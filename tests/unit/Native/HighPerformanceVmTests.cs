using System.Globalization;
using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>A VM with everything pinned, from one document.</summary>
public sealed class HighPerformanceVmTests
{
    private static readonly VmDefinition s_definition = DomainXml.Read(Definitions.HighPerformance);

    [Fact]
    public void Every_thread_has_its_CPUs()
    {
        Assert.Equal(8, s_definition.OnlineVCpus);
        Assert.Equal(
            ["0:2", "1:26", "2:4", "3:28", "4:3", "5:27", "6:5", "7:29"],
            s_definition.VCpuPins.Select(pin => $"{pin.Id}:{string.Join(',', pin.Cpus)}"));
        Assert.Equal(["1:0,24", "2:1,25"], s_definition.IoThreadPins.Select(pin => $"{pin.Id}:{string.Join(',', pin.Cpus)}"));
        Assert.Equal([0, 1, 24, 25], s_definition.EmulatorPin);
    }

    [Fact]
    public void Its_memory_is_tied_cell_by_cell()
    {
        Assert.Equal(
            ["all Strict 0,1", "0 Strict 0", "1 Preferred 1"],
            s_definition.NumaBindings.Select(tie => $"{Name(tie.VirtualCell)} {tie.Mode} {string.Join(',', tie.HostCells)}"));
        Assert.Equal([0, 1], s_definition.VirtualCells.Select(cell => cell.Id));
        Assert.Equal([0, 1, 2, 3], s_definition.VirtualCells[0].VCpus);
        Assert.Equal([4, 5, 6, 7], s_definition.VirtualCells[1].VCpus);
        Assert.All(s_definition.VirtualCells, cell => Assert.Equal(ByteSize.FromMebibytes(32768), cell.Memory));
    }

    [Fact]
    public void Its_memory_is_on_huge_pages()
    {
        Assert.True(s_definition.HugePages);
        HugePageUse use = Assert.Single(s_definition.HugePageUses);
        Assert.Equal(ByteSize.FromMebibytes(1024), use.PageSize);
        Assert.Equal([0, 1], use.VirtualCells);
    }

    [Fact]
    public void Its_CPU_is_the_hosts_own()
    {
        VmCpu cpu = s_definition.Cpu;
        Assert.Equal(CpuMode.HostPassthrough, cpu.Mode);
        Assert.Null(cpu.Model);
        Assert.Equal("require", cpu.Features["invtsc"]);
        Assert.Equal("disable", cpu.Features["vmx"]);
        Assert.Equal(new CpuTopology(2, 2, 2), cpu.Topology);
        Assert.Equal(2593907000, cpu.TscFrequency);
        Assert.True(cpu.InvariantTsc);
    }

    [Fact]
    public void Its_devices()
    {
        Assert.Equal(
            new VmDisk { Target = "vda", Source = DiskSource.Block, Path = "/dev/mapper/san-hana1", Cache = "none" },
            Assert.Single(s_definition.Disks));
        Assert.Equal(new VmNetwork("bridge", "br0", "52:54:00:12:34:56", false), Assert.Single(s_definition.Networks));
        Assert.True(s_definition.Tpm);
        Assert.True(s_definition.Nvram);
        Assert.Empty(s_definition.HostDevices);
        Assert.Empty(s_definition.TyingDevices);
        Assert.Empty(s_definition.BlockJobs);
    }

    private static string Name(int? cell) => cell?.ToString(CultureInfo.InvariantCulture) ?? "all";
}
