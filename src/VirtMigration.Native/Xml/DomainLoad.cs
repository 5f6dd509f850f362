using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>What a VM takes of its host.</summary>
/// <param name="VCpus">The vCPUs online.</param>
/// <param name="Memory">The memory it has, ballooned away or not: it can have that back at any time.</param>
/// <param name="Pins">The vCPUs online that may run only on some of the host's CPUs.</param>
internal sealed record DomainLoad(int VCpus, ByteSize Memory, IReadOnlyList<CpuPin> Pins);
