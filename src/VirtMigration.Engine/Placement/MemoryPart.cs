using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>A part of a VM's memory.</summary>
/// <param name="Bytes">How much.</param>
/// <param name="Pages">The huge pages it is on; null: ordinary memory.</param>
/// <param name="Binding">The host's cells it is tied to; null: none.</param>
internal readonly record struct MemoryPart(long Bytes, HugePageUse? Pages, NumaBinding? Binding)
{
    /// <summary>Whether it may only be taken from the cells it is tied to.</summary>
    public bool IsStrict => Binding is { Mode: NumaMode.Strict };
}
