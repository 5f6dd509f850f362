using VirtMigration.Inventory;

namespace VirtMigration.Evacuation;

/// <summary>A VM on the host that is to be emptied.</summary>
/// <param name="Vm">The VM as it was listed.</param>
/// <param name="Definition">Its definition.</param>
public sealed record EvacuationGuest(VirtualMachine Vm, VmDefinition Definition)
{
    /// <summary>The migration that is under way with it, in words; null: none is.</summary>
    public string? UnderWay { get; init; }
}
