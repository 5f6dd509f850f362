namespace VirtMigration.Policies;

/// <summary>What is done with a migration that has not finished in time.</summary>
public enum TimeoutAction
{
    /// <summary>It is given up; the guest stays where it is.</summary>
    Abort,

    /// <summary>The guest is run on the destination and the rest of its memory follows.</summary>
    PostCopy,

    /// <summary>The guest stands until the rest is sent, for at most a minute; then it is given up.</summary>
    Pause,

    /// <summary>The downtime that the rest needs is allowed, more if that does not suffice, up to QEMU's 2,000 s.</summary>
    Finish,
}
