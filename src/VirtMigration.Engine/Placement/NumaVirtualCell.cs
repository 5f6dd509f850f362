using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>One NUMA cell of a VM, as far as a host must make room for it. A VM that has no cells of its own but is bound to host cells
/// counts as one cell.</summary>
public sealed record NumaVirtualCell
{
    /// <summary>The VM's number for it.</summary>
    public required int Id { get; init; }

    /// <summary>Its memory.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The size of the huge pages that its memory lies on; null: ordinary memory. A page that is begun is needed whole.</summary>
    public ByteSize? PageSize { get; init; }

    /// <summary>How strictly its memory belongs to its host cells.</summary>
    public NumaMemoryMode Mode { get; init; } = NumaMemoryMode.Strict;

    /// <summary>How many host cells it is bound to, 1 or more.</summary>
    public int Span { get; init; } = 1;

    /// <summary>How many CPUs of its host cells its vCPUs need for themselves. 0: they are not pinned and run anywhere, so that the
    /// number of CPUs does not matter. Over several host cells they may be split between them in any way.</summary>
    public int DedicatedCpus { get; init; }

    /// <summary>The host cells it is bound to on the source; empty: none.</summary>
    public IReadOnlyList<int> CurrentCells { get; init; } = [];

    /// <summary>The only host cells that it may be bound to; null: any.</summary>
    public IReadOnlyList<int>? AllowedCells { get; init; }
}
