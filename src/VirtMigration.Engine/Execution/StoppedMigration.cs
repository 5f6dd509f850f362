using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>What stopping a migration came to.</summary>
public sealed record StoppedMigration
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it was leaving.</summary>
    public required string Source { get; init; }

    /// <summary>The host it was going to; null: not known.</summary>
    public string? Destination { get; init; }

    /// <summary>Where the VM is.</summary>
    public required MigrationEndState EndState { get; init; }

    /// <summary>What the source says about the VM.</summary>
    public required VmObservation OnSource { get; init; }

    /// <summary>What the destination says about the VM; no answer where it is not known which host that is.</summary>
    public required VmObservation OnDestination { get; init; }
}
