namespace VirtMigration.Inventory;

/// <summary>A disk of a VM.</summary>
public sealed record VmDisk
{
    /// <summary>The guest's name for it (<c>vda</c>).</summary>
    public required string Target { get; init; }

    /// <summary>What it is kept in.</summary>
    public required DiskSource Source { get; init; }

    /// <summary>The file, device, volume or network name; null: an empty drive.</summary>
    public string? Path { get; init; }

    /// <summary>The pool of a volume.</summary>
    public string? Pool { get; init; }

    /// <summary>The cache mode; null: the hypervisor's default.</summary>
    public string? Cache { get; init; }

    /// <summary>Whether the guest can only read it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether its owner says that several VMs may write it at once (<c>shareable</c>).</summary>
    public bool Shareable { get; init; }

    /// <summary>Whether what is written is thrown away at the end (<c>transient</c>).</summary>
    public bool Transient { get; init; }
}
