namespace VirtMigration.Evacuation;

/// <summary>A VM with the host that was found for it.</summary>
/// <param name="Guest">The VM.</param>
/// <param name="Target">The host.</param>
/// <param name="Choices">How many hosts would take it.</param>
/// <param name="Tied">Whether it is tied to CPUs or cells.</param>
/// <param name="Kept">Its turn in a plan that is kept; null: it is in none.</param>
/// <param name="Move">Its place in the timetable.</param>
internal sealed record EvacuationChoice(EvacuationGuest Guest, EvacuationTarget Target, int Choices, bool Tied, int? Kept, EvacuationMove Move);
