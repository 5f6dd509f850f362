using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>One VM in the queue.</summary>
/// <param name="Run">Its plan and hosts, as made when it was asked for.</param>
/// <param name="Replan">Makes the plan anew from what is true now.</param>
public sealed record QueuedMigration(MigrationRun Run, Func<CancellationToken, Task<MigrationRun>> Replan)
{
    /// <summary>Is told once when the VM leaves the queue, however that came.</summary>
    public Action<MigrationPlan> Left { get; init; } = static _ => { };

    /// <summary>Stops this VM alone once it was started: in pre-copy it is aborted, in post-copy left to go on. While it waits it is
    /// stopped by <see cref="MigrationQueue.TryStop"/>.</summary>
    public CancellationToken Stop { get; init; }
}
