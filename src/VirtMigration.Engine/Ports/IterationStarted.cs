namespace VirtMigration.Ports;

/// <summary>A pass over memory began.</summary>
/// <param name="Iteration">The pass: 1 is the first.</param>
public sealed record IterationStarted(int Iteration) : MigrationEvent;
