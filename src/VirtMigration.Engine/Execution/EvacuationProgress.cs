namespace VirtMigration.Execution;

/// <summary>How far an evacuation is.</summary>
/// <param name="Host">The host that is emptied.</param>
/// <param name="Vms">The VMs that were to leave it.</param>
/// <param name="Moved">Those that have left.</param>
/// <param name="Left">Those that stay.</param>
/// <param name="UnderWay">Those whose migration runs.</param>
/// <param name="Percent">How much of the memory has left, 0 to 100.</param>
/// <param name="Eta">How long it will take yet; null: that cannot be told.</param>
public sealed record EvacuationProgress(string Host, int Vms, int Moved, int Left, int UnderWay, int Percent, TimeSpan? Eta);
