using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;

namespace VirtMigration.Options;

/// <summary>Who may migrate a VM, and what decided it.</summary>
/// <param name="Mode">Who.</param>
/// <param name="Origin">Whose word it is: the VM's, or the default.</param>
/// <param name="PinnedBy">What makes it a pinned or high-performance VM, a short text each (<c>vCPUs 0-3 are pinned</c>); empty: it is
/// none.</param>
public sealed record EffectiveMigrationMode(MigrationMode Mode, SettingOrigin Origin, IReadOnlyList<string> PinnedBy)
{
    private static readonly EffectiveMigrationMode s_anybody = new(MigrationMode.ManualAndAutomatic, SettingOrigin.Default, []);

    /// <summary>A VM's mode: its own word, else ManualOnly for pinned and high-performance VMs, else ManualAndAutomatic. Pinned are a
    /// passed-through CPU, vCPUs tied to CPUs, and memory tied to cells, however it is tied.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="cluster">What its cluster states.</param>
    public static EffectiveMigrationMode Of(VmDefinition definition, ClusterMigrationOptions cluster)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(cluster);
        bool passthrough = (cluster.PassthroughCountsAsPinned ?? true) && definition.Cpu.Mode is CpuMode.HostPassthrough or CpuMode.Maximum;
        bool pinned = passthrough || definition.Options.HighPerformance == true || definition.VCpuPins.Count > 0 || definition.NumaBindings.Count > 0;
        MigrationMode? stated = definition.Options.MigrationMode;

        // Most VMs are neither, and this is asked for each of them with each host.
        return !pinned && stated is null
            ? s_anybody
            : new(
                stated ?? MigrationMode.ManualOnly,
                stated is null ? SettingOrigin.Default : SettingOrigin.Vm,
                pinned ? (string[])[.. PinnedByOf(definition, passthrough)] : []);
    }

    /// <summary>Whose word it is, and what stands behind it: <c>it states so</c>, <c>the default, for vCPUs 0-3 are pinned</c>.</summary>
    internal string Reason() => Origin == SettingOrigin.Vm ? "it states so"
        : PinnedBy.Count == 0 ? "the default"
        : $"the default, for {string.Join(" and ", PinnedBy)}";

    private static IEnumerable<string> PinnedByOf(VmDefinition definition, bool passthrough)
    {
        if (definition.Options.HighPerformance == true)
        {
            yield return "it is marked as a high-performance VM";
        }

        // With KVM, maximum is the host's own CPU too (formatdomain, cpu/@mode).
        if (passthrough)
        {
            yield return $"its CPU is the host's own ({(definition.Cpu.Mode == CpuMode.Maximum ? "maximum" : "host-passthrough")})";
        }

        if (definition.VCpuPins.Count > 0)
        {
            yield return $"{IdText.Named("vCPU", [.. definition.VCpuPins.Select(pin => pin.Id).Order()])} {(definition.VCpuPins.Count == 1 ? "is" : "are")} pinned";
        }

        if (definition.NumaBindings.Count > 0)
        {
            yield return $"its memory is tied to {IdText.Named("cell", [.. definition.NumaBindings.SelectMany(binding => binding.HostCells).Distinct().Order()])}";
        }
    }
}
