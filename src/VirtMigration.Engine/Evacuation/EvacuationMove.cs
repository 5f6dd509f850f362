namespace VirtMigration.Evacuation;

/// <summary>One VM's migration in the timetable of an evacuation.</summary>
/// <param name="Vm">The VM's UUID.</param>
/// <param name="Host">Where to.</param>
/// <param name="Takes">How long it is expected to take while as many run beside it as may.</param>
/// <param name="AtOnce">How many migrations may leave the host at a time while this one runs, itself among them; 1 or more, and 1: it has
/// both hosts for itself.</param>
public sealed record EvacuationMove(Guid Vm, string Host, TimeSpan Takes, int AtOnce);
