using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>A host as it was when it was asked.</summary>
/// <param name="Host">The way to it.</param>
/// <param name="Inventory">What it says about itself.</param>
/// <param name="Surroundings">Its storage and networks.</param>
/// <param name="Load">What its VMs take.</param>
internal sealed record HostPicture(IHypervisorHost Host, HostInventory Inventory, HostSurroundings Surroundings, HostLoad Load);
