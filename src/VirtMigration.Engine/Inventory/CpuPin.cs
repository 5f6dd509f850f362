namespace VirtMigration.Inventory;

/// <summary>A vCPU or an I/O thread that may run only on some of the host's CPUs.</summary>
/// <param name="Id">The vCPU's or I/O thread's number.</param>
/// <param name="Cpus">The ids of the host's CPUs, ascending.</param>
public sealed record CpuPin(int Id, IReadOnlyList<int> Cpus);
