namespace VirtMigration.Policies;

/// <summary>What a step of a schedule does to a migration that has not finished yet.</summary>
public enum ConvergenceAction
{
    /// <summary>Allows a longer downtime for the switchover.</summary>
    SetDowntime,

    /// <summary>Lets the guest run on the destination while the rest of its memory follows.</summary>
    StartPostCopy,

    /// <summary>Gives up: the guest stays on the source.</summary>
    Abort,
}
