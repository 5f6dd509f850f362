using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>What of a VM moves to cells of a host as one: memory that is tied to the same cells, with the CPUs near it, or CPUs of one
/// cell that no memory is tied to.</summary>
internal sealed class PinUnit
{
    /// <summary>Its number: that of the virtual cell, or one that no virtual cell has.</summary>
    public required int Id { get; init; }

    /// <summary>Its place among the VM's.</summary>
    public required int Index { get; init; }

    /// <summary>The cells of the source that it is tied to, ascending; empty: not known.</summary>
    public required int[] Current { get; init; }

    /// <summary>How its memory is tied; null: it has none, only CPUs.</summary>
    public NumaMode? Mode { get; init; }

    /// <summary>Its memory.</summary>
    public long Bytes { get; set; }

    /// <summary>The huge pages that is on; null: ordinary memory.</summary>
    public HugePageUse? Pages { get; init; }

    /// <summary>The source's CPUs that vCPUs are pinned to by themselves, ascending.</summary>
    public List<int> Cpus { get; } = [];

    /// <summary>Those that only the emulator or I/O threads are pinned to, ascending.</summary>
    public List<int> Helpers { get; } = [];

    /// <summary>Whether something is pinned to a whole cell that it is on.</summary>
    public bool HasWholeCells { get; set; }

    /// <summary>Whether its cells must have CPUs.</summary>
    public bool WantsCpus => HasWholeCells || Cpus.Count > 0;

    /// <summary>How many of the source's cores its CPUs and helpers are on.</summary>
    public int Cores { get; set; }

    /// <summary>Whether it is on a cell of the source.</summary>
    public bool IsOn(int cell) => Array.IndexOf(Current, cell) >= 0;

    /// <summary>What an assignment must make room for.</summary>
    /// <param name="cells">How many cells the host has.</param>
    /// <param name="cpus">How many CPUs it must have for itself.</param>
    /// <param name="relaxed">Whether interleaved memory may come from other cells.</param>
    /// <param name="defaultPage">The size of huge pages whose size is not stated.</param>
    /// <param name="allowed">The only cells that it may have; null: any.</param>
    public NumaVirtualCell Demand(int cells, int cpus, bool relaxed, ByteSize defaultPage, int[]? allowed = null) => new()
    {
        Id = Id,
        Memory = new(Bytes),
        PageSize = Pages is null ? null : Pages.PageSize ?? defaultPage,
        Mode = Mode switch
        {
            NumaMode.Strict or NumaMode.Restrictive => NumaMemoryMode.Strict,
            NumaMode.Interleave when !relaxed => NumaMemoryMode.Interleave,
            _ => NumaMemoryMode.Preferred,
        },
        Span = Math.Clamp(Current.Length, 1, Math.Max(1, cells)),
        DedicatedCpus = cpus,
        CurrentCells = Current,
        AllowedCells = allowed,
    };
}
