namespace VirtMigration.Inventory;

/// <summary>A host's CPU as libvirt names it.</summary>
public sealed record HostCpu
{
    /// <summary>The nearest named model.</summary>
    public string? Model { get; init; }

    /// <summary>The vendor.</summary>
    public string? Vendor { get; init; }

    /// <summary>The features beside its model's.</summary>
    public IReadOnlySet<string> Features { get; init; } = new HashSet<string>();

    /// <summary>The frequency of its time stamp counter in Hz; null where the host does not tell.</summary>
    public long? TscFrequency { get; init; }

    /// <summary>Whether it can show a guest another frequency than its own; null where the host does not tell.</summary>
    public bool? TscScaling { get; init; }

    /// <summary>The arrangement of its CPUs; null where the host does not tell.</summary>
    public CpuTopology? Topology { get; init; }
}
