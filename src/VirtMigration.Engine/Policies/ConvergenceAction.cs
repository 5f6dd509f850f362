namespace VirtMigration.Policies;

/// <summary>What a step does to a migration that has not finished yet.</summary>
public enum ConvergenceAction
{
    /// <summary>Allows a longer downtime for the switchover.</summary>
    SetDowntime,

    /// <summary>Changes the most that may be sent.</summary>
    SetBandwidth,

    /// <summary>Lets the guest run on the destination while the rest of its memory follows.</summary>
    StartPostCopy,

    /// <summary>Stops the guest so that the rest of its memory can be sent; gives up when that takes too long.</summary>
    Pause,

    /// <summary>Gives up: the guest stays on the source.</summary>
    Abort,

    /// <summary>Finishes by force: allows the downtime that the rest needs, more if that does not suffice, and lets the hypervisor stop the
    /// guest for it. Unlike <see cref="Pause"/> it leaves no guest standing when the migration fails, and the guest stands only for the
    /// switchover itself.</summary>
    Finish,
}
