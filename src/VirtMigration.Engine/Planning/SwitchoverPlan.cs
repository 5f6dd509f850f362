using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>The bandwidth QEMU may count on when it decides to switch over, and how it is told.</summary>
/// <param name="WithTransfer">Told with the transfer.</param>
/// <param name="ByMonitor">Told through the source's monitor before.</param>
internal readonly record struct SwitchoverPlan(Bandwidth? WithTransfer, Bandwidth? ByMonitor);
