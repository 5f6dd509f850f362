namespace VirtMigration.Inventory;

/// <summary>A hypervisor's word on whether a CPU can run on its host.</summary>
/// <param name="Fits">Whether it can; null: it cannot tell.</param>
/// <param name="Reason">Why not, in the hypervisor's words; null: it can.</param>
public sealed record CpuComparison(bool? Fits, string? Reason);
