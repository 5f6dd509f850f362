using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>A VM's memory as a destination must find room for it.</summary>
internal static class GuestMemory
{
    // Pages of this size are ordinary memory, although libvirt lets a VM ask for them as if they were huge.
    private const long OrdinaryPage = 4096;

    private static readonly IReadOnlyList<HugePageUse> s_allOnDefaultPages = [new(null, [])];

    /// <summary>What of a VM's memory is on huge pages; empty: nothing.</summary>
    public static IReadOnlyList<HugePageUse> HugePageUses(VmDefinition definition) =>
        definition.HugePageUses.Count > 0 ? definition.HugePageUses
        : definition.HugePages ? s_allOnDefaultPages
        : [];

    /// <summary>The parts of a VM's memory that may lie differently: one a virtual cell, or one in all.</summary>
    public static IReadOnlyList<MemoryPart> Parts(VmDefinition definition)
    {
        IReadOnlyList<HugePageUse> uses = HugePageUses(definition);
        if (definition.VirtualCells.Count == 0)
        {
            // A guest without cells of its own has one to libvirt, number 0.
            return [new(Present(definition), UseOf(uses, 0), BindingOf(definition, 0))];
        }

        MemoryPart[] parts = new MemoryPart[definition.VirtualCells.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            VirtualNumaCell cell = definition.VirtualCells[i];
            parts[i] = new(cell.Memory.Bytes, UseOf(uses, cell.Id), BindingOf(definition, cell.Id));
        }

        return parts;
    }

    /// <summary>The bytes that are not on huge pages. What a guest with cells of its own was given since its start counts as ordinary
    /// memory.</summary>
    public static long OrdinaryBytes(VmDefinition definition)
    {
        long bytes = Present(definition);
        if (HugePageUses(definition).Count > 0)
        {
            foreach (MemoryPart part in Parts(definition))
            {
                bytes -= part.Pages is null ? 0 : part.Bytes;
            }
        }

        return Math.Max(0, bytes);
    }

    /// <summary>What QEMU takes beside the guest's memory: a 512th of it (tables for its pages) and 64 MiB, as much as oVirt counts for
    /// x86 (the static overhead of its memory filter).</summary>
    public static ByteSize Overhead(VmDefinition definition) => new((definition.Memory.Bytes / 512) + (64L << 20));

    /// <summary>Whether an id is among a few.</summary>
    public static bool Contains(IReadOnlyList<int> ids, int id)
    {
        for (int i = 0; i < ids.Count; i++)
        {
            if (ids[i] == id)
            {
                return true;
            }
        }

        return false;
    }

    // What it may still grow to is not sent, and may never be asked for.
    private static long Present(VmDefinition definition) => (definition.PresentMemory ?? definition.Memory).Bytes;

    private static HugePageUse? UseOf(IReadOnlyList<HugePageUse> uses, int cell)
    {
        HugePageUse? found = null;
        foreach (HugePageUse use in uses)
        {
            if (Contains(use.VirtualCells, cell))
            {
                found = use;
                break;
            }

            found = use.VirtualCells.Count == 0 ? use : found;
        }

        return found?.PageSize?.Bytes <= OrdinaryPage ? null : found;
    }

    private static NumaBinding? BindingOf(VmDefinition definition, int cell)
    {
        NumaBinding? found = null;
        foreach (NumaBinding binding in definition.NumaBindings)
        {
            if (binding.VirtualCell == cell)
            {
                return binding;
            }

            found = binding.VirtualCell is null ? binding : found;
        }

        return found;
    }
}
