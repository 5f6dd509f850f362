using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>One VM in the queue.</summary>
/// <param name="Run">Its plan and hosts, as made when it was asked for.</param>
/// <param name="Replan">Makes the plan anew from what is true now; it may choose another destination, whose slots then count. What it
/// throws is why the VM is not started; a host that does not answer is asked again first.</param>
public sealed record QueuedMigration(MigrationRun Run, Func<CancellationToken, Task<MigrationRun>> Replan)
{
    /// <summary>Whether the plan is made anew at the VM's turn however young it is: once the slots are free by what this queue itself
    /// runs, and at most every 5 s while it waits for others'. Else only a plan older than 5 s is.</summary>
    public bool AlwaysReplan { get; init; }

    /// <summary>Is told once when the VM leaves the queue, however that came.</summary>
    public Action<MigrationPlan> Left { get; init; } = static _ => { };

    /// <summary>Stops this VM alone once it was started: in pre-copy it is aborted, in post-copy left to go on. While it waits it is
    /// stopped by <see cref="MigrationQueue.TryStop"/>.</summary>
    public CancellationToken Stop { get; init; }
}
