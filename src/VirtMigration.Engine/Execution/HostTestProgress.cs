namespace VirtMigration.Execution;

/// <summary>How far a test of hosts has come.</summary>
/// <param name="Done">The ways that were tried.</param>
/// <param name="Total">The ways that are to be tried.</param>
/// <param name="Now">What is being done now.</param>
public sealed record HostTestProgress(int Done, int Total, string Now);
