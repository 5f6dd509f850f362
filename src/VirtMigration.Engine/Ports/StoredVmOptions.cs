using VirtMigration.Options;

namespace VirtMigration.Ports;

/// <summary>What one VM of a host, running or not, states for its migrations.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Options">What it states; <see cref="VmMigrationOptions.Empty"/> where it states nothing.</param>
public sealed record StoredVmOptions(Guid Vm, string Name, VmMigrationOptions Options);
