using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class EffectiveMigrationModeTests
{
    private static readonly ClusterMigrationOptions s_cluster = new() { Cluster = "c1" };

    public static TheoryData<string, VmDefinition, string> Pinned => new()
    {
        { "nothing", Given.Definition(), "" },
        { "passthrough", Given.Definition() with { Cpu = new() { Mode = CpuMode.HostPassthrough } }, "its CPU is the host's own (host-passthrough)" },
        { "maximum", Given.Definition() with { Cpu = new() { Mode = CpuMode.Maximum } }, "its CPU is the host's own (maximum)" },
        { "model", Given.Definition() with { Cpu = new() { Mode = CpuMode.HostModel } }, "" },
        { "custom", Given.Definition() with { Cpu = new() { Mode = CpuMode.Custom, Model = "EPYC" } }, "" },
        { "one vCPU", Given.Definition() with { VCpuPins = [new(3, [1, 2])] }, "vCPU 3 is pinned" },
        { "vCPUs", Given.Definition() with { VCpuPins = [new(5, [1]), new(1, [2]), new(0, [3])] }, "vCPUs 0-1,5 are pinned" },
        { "all memory", Given.Definition() with { NumaBindings = [new(null, NumaMode.Strict, [1])] }, "its memory is tied to cell 1" },
        { "cells", Given.Definition() with { NumaBindings = [new(0, NumaMode.Preferred, [1]), new(1, NumaMode.Interleave, [0, 1])] }, "its memory is tied to cells 0-1" },
        { "high performance", Given.Definition() with { Options = new() { HighPerformance = true } }, "it is marked as a high-performance VM" },
        { "none such", Given.Definition() with { Options = new() { HighPerformance = false } }, "" },
        { "emulator", Given.Definition() with { EmulatorPin = [1], IoThreadPins = [new(1, [2])] }, "" },
    };

    [Theory]
    [MemberData(nameof(Pinned))]
    public void Pinned_and_high_performance_VMs_are_for_people_alone_unless_something_else_is_stated(string what, VmDefinition definition, string pinnedBy)
    {
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(definition, s_cluster);
        Assert.Equal((what, pinnedBy), (what, string.Join("; ", mode.PinnedBy)));
        Assert.Equal((pinnedBy.Length > 0 ? MigrationMode.ManualOnly : MigrationMode.ManualAndAutomatic, SettingOrigin.Default), (mode.Mode, mode.Origin));
        foreach (MigrationMode stated in Enum.GetValues<MigrationMode>())
        {
            EffectiveMigrationMode own = EffectiveMigrationMode.Of(definition with { Options = definition.Options with { MigrationMode = stated } }, s_cluster);
            Assert.Equal((stated, SettingOrigin.Vm, pinnedBy), (own.Mode, own.Origin, string.Join("; ", own.PinnedBy)));
        }
    }

    [Theory]
    [InlineData(CpuMode.HostPassthrough, null, true)]
    [InlineData(CpuMode.HostPassthrough, true, true)]
    [InlineData(CpuMode.HostPassthrough, false, false)]
    [InlineData(CpuMode.Maximum, false, false)]
    public void The_cluster_says_whether_a_passed_through_CPU_counts(CpuMode cpu, bool? counts, bool pinned)
    {
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(Given.Definition() with { Cpu = new() { Mode = cpu } }, s_cluster with { PassthroughCountsAsPinned = counts });
        Assert.Equal(pinned ? MigrationMode.ManualOnly : MigrationMode.ManualAndAutomatic, mode.Mode);
    }

    [Fact]
    public void The_cluster_has_no_say_in_vCPUs_and_memory() => Assert.Equal(
        ["vCPU 0 is pinned", "its memory is tied to cell 0"],
        EffectiveMigrationMode.Of(
            Given.Definition() with { Cpu = new() { Mode = CpuMode.HostPassthrough }, VCpuPins = [new(0, [0])], NumaBindings = [new(null, NumaMode.Strict, [0])] },
            s_cluster with { PassthroughCountsAsPinned = false }).PinnedBy);
}
