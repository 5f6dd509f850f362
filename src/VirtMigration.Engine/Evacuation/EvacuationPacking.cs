namespace VirtMigration.Evacuation;

/// <summary>Which VM goes to which host.</summary>
public sealed record EvacuationPacking
{
    /// <summary>The host of each VM that has one, by UUID.</summary>
    public required IReadOnlyDictionary<Guid, string> Hosts { get; init; }

    /// <summary>The VMs without a place, in the order given.</summary>
    public required IReadOnlyList<EvacuationVm> Left { get; init; }

    /// <summary>No packing can place more VMs than this. Where it is as many as were placed, this one is the best there is.</summary>
    public required int AtMost { get; init; }
}
