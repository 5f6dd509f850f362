using VirtMigration.Evacuation;

namespace VirtMigration.Execution;

/// <summary>An evacuation as it would be run now.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Situation">What it was made from.</param>
public sealed record EvacuationProposal(EvacuationRequest Request, EvacuationPlan Plan, EvacuationSituation Situation);
