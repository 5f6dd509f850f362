namespace VirtMigration.Inventory;

/// <summary>What a host has around its VMs: storage and networks. Each is null where its driver is not there to tell.</summary>
public sealed record HostSurroundings
{
    /// <summary>A host that tells nothing.</summary>
    public static HostSurroundings Unknown { get; } = new();

    /// <summary>Storage pools.</summary>
    public IReadOnlyList<StoragePool>? Pools { get; init; }

    /// <summary>Virtual networks that are started, by name.</summary>
    public IReadOnlySet<string>? Networks { get; init; }

    /// <summary>Network devices, bridges among them, by name.</summary>
    public IReadOnlySet<string>? Devices { get; init; }
}
