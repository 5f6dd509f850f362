using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>A VM as one host lists it.</summary>
public sealed record VirtualMachine
{
    /// <summary>Its name on that host.</summary>
    public required string Name { get; init; }

    /// <summary>Its UUID: the same before and after a migration.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The registered name of the host.</summary>
    public required string Host { get; init; }

    /// <summary>The host's cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Whether it runs.</summary>
    public required VmPowerState State { get; init; }

    /// <summary>Why it is in that state.</summary>
    public VmStateReason Reason { get; init; }

    /// <summary>The vCPUs online now; for a VM that is shut off, those it would start with.</summary>
    public required int VCpus { get; init; }

    /// <summary>The memory it is given.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>Whether the host keeps its definition when it stops.</summary>
    public required bool Persistent { get; init; }

    /// <summary>The name: what a VM is called in messages.</summary>
    public override string ToString() => Name;
}
