using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class GuestCpuXmlTests
{
    [Fact]
    public void A_running_host_model_VM_has_a_named_model_with_features()
    {
        VmCpu cpu = DomainXml.Read(Definitions.HostModel).Cpu;
        Assert.Equal(CpuMode.Custom, cpu.Mode);
        Assert.Equal("Cascadelake-Server", cpu.Model);
        Assert.Equal(
            ["hle disable", "hypervisor require", "rtm disable", "ss require"],
            cpu.Features.Select(feature => $"{feature.Key} {feature.Value}").Order(StringComparer.Ordinal));
        Assert.Null(cpu.Topology);
        Assert.Null(cpu.TscFrequency);
        Assert.False(cpu.InvariantTsc);
    }

    [Theory]
    [InlineData("", CpuMode.Default)]
    [InlineData("<cpu/>", CpuMode.Default)]
    [InlineData("<cpu><topology sockets='1' cores='2' threads='1'/></cpu>", CpuMode.Default)]
    [InlineData("<cpu match='exact'><model>qemu64</model></cpu>", CpuMode.Custom)]
    [InlineData("<cpu mode='custom'><model>qemu64</model></cpu>", CpuMode.Custom)]
    [InlineData("<cpu mode='host-model'/>", CpuMode.HostModel)]
    [InlineData("<cpu mode='host-passthrough'/>", CpuMode.HostPassthrough)]
    [InlineData("<cpu mode='maximum'/>", CpuMode.Maximum)]
    public void How_it_is_chosen(string cpu, CpuMode expected) => Assert.Equal(expected, Definitions.Read(cpu).Cpu.Mode);

    [Theory]
    [InlineData("<cpu mode='host-passthrough' migratable='off'/>", true)]
    [InlineData("<cpu mode='host-passthrough' migratable='off'><feature policy='disable' name='invtsc'/></cpu>", false)]
    [InlineData("<cpu mode='host-passthrough' migratable='on'/>", false)]
    [InlineData("<cpu mode='custom'><model>EPYC</model><feature name='invtsc'/></cpu>", true)]
    [InlineData("<cpu mode='custom'><model>EPYC</model><feature policy='force' name='invtsc'/></cpu>", true)]
    [InlineData("<cpu mode='custom'><model>EPYC</model><feature policy='forbid' name='invtsc'/></cpu>", false)]
    public void Whether_the_guest_relies_on_an_invariant_time_stamp_counter(string cpu, bool expected) =>
        Assert.Equal(expected, Definitions.Read(cpu).Cpu.InvariantTsc);

    [Fact]
    public void Dies_and_clusters_count_as_cores() => Assert.Equal(
        new CpuTopology(2, 24, 2),
        Definitions.Read("<cpu><topology sockets='2' dies='2' clusters='3' cores='4' threads='2'/></cpu>").Cpu.Topology);

    [Fact]
    public void Another_host_is_told_the_CPU_and_what_runs_it()
    {
        string text = ComparableCpu.FromDefinition(Definitions.HostModel)!;
        ComparableCpu cpu = ComparableCpu.Read(text);
        Assert.Equal("kvm", cpu.VirtualisationType);
        Assert.StartsWith("<cpu mode=\"custom\"", cpu.Cpu, StringComparison.Ordinal);
        Assert.Contains("name=\"rtm\"", cpu.Cpu, StringComparison.Ordinal);
        Assert.DoesNotContain("web1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_CPU_leaves_the_rest_to_the_host() =>
        Assert.Equal(new ComparableCpu(null, "<cpu mode=\"custom\" />"), ComparableCpu.Read("<cpu mode='custom'/>"));

    [Fact]
    public void A_definition_without_a_CPU_has_nothing_to_compare() => Assert.Null(ComparableCpu.FromDefinition("<domain type='kvm'/>"));

    [Fact]
    public void Text_without_a_CPU_is_refused() => Assert.Throws<FormatException>(() => ComparableCpu.Read("<domain type='kvm'/>"));
}
