using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>A VM that is to leave its host, as the packing of an evacuation sees it: what it takes, and which hosts would take it if it came
/// alone.</summary>
public sealed record EvacuationVm
{
    /// <summary>Its UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The ordinary memory that it takes on a host, QEMU's own with it.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The memory that it takes of a host's huge pages, by the size of a page.</summary>
    public IReadOnlyDictionary<ByteSize, ByteSize> HugePages { get; init; } = new Dictionary<ByteSize, ByteSize>();

    /// <summary>The hosts that would take it, by name, with how well each suits (0 to 100, higher is better); empty: none does.</summary>
    public required IReadOnlyDictionary<string, int> Hosts { get; init; }

    /// <summary>Whether sums do not tell if it fits beside others: it is pinned, or tied to cells, and is judged with those that are
    /// there.</summary>
    public bool Judged { get; init; }

    /// <summary>The groups whose VMs may not share a host, by name.</summary>
    public IReadOnlyList<string> Apart { get; init; } = [];

    /// <summary>The group whose VMs go to one host, by name; null: it goes by itself.</summary>
    public string? Together { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
