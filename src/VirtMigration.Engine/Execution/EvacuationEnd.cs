using VirtMigration.Evacuation;

namespace VirtMigration.Execution;

/// <summary>How an evacuation ended.</summary>
/// <param name="Maintenance">The host's maintenance as it stands.</param>
/// <param name="Vms">What became of each VM.</param>
public sealed record EvacuationEnd(HostMaintenance Maintenance, IReadOnlyList<EvacuatedVm> Vms);
