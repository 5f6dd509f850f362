using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Placement;

/// <summary>A VM and a host it might go to.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Definition">Its definition.</param>
/// <param name="Source">Where it runs.</param>
/// <param name="Destination">Where it might go.</param>
public sealed record DestinationCandidate(VirtualMachine Vm, VmDefinition Definition, HostInventory Source, HostInventory Destination);
