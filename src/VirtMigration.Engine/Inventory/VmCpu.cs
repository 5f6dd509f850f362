namespace VirtMigration.Inventory;

/// <summary>A VM's CPU.</summary>
public sealed record VmCpu
{
    /// <summary>How it is chosen.</summary>
    public CpuMode Mode { get; init; }

    /// <summary>The model's name; null where it has none.</summary>
    public string? Model { get; init; }

    /// <summary>The features that the guest sees beside its model's, or must not see: by name, with libvirt's policy
    /// (<c>require</c>, <c>disable</c> ...).</summary>
    public IReadOnlyDictionary<string, string> Features { get; init; } = new Dictionary<string, string>();

    /// <summary>The topology the guest sees; null where none is stated.</summary>
    public CpuTopology? Topology { get; init; }

    /// <summary>The frequency of the guest's time stamp counter in Hz, where the VM states one; null: not.</summary>
    public long? TscFrequency { get; init; }

    /// <summary>Whether the guest relies on an invariant time stamp counter (<c>invtsc</c>), which ties it to hosts of one
    /// frequency.</summary>
    public bool InvariantTsc { get; init; }

    /// <summary>The live CPU in the hypervisor's own form, opaque to the Engine: what a destination compares with its own; null where
    /// there is none.</summary>
    public string? Text { get; init; }
}
