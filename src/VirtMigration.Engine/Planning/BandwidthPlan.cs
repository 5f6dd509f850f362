using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What may be sent, and what is known of it.</summary>
/// <param name="Taken">What is handed to the hypervisor.</param>
/// <param name="Known">B of the parallel rule: the lowest of both links and a stated cap, before any division; null: not known.</param>
internal readonly record struct BandwidthPlan(Bandwidth Taken, Bandwidth? Known);
