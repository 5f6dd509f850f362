using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>A host that takes VMs, as the packing of an evacuation sees it.</summary>
public sealed record EvacuationHost
{
    /// <summary>Its registered name.</summary>
    public required string Name { get; init; }

    /// <summary>The ordinary memory that VMs may take of it.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The memory in free huge pages, by the size of a page.</summary>
    public IReadOnlyDictionary<ByteSize, ByteSize> HugePages { get; init; } = new Dictionary<ByteSize, ByteSize>();

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
