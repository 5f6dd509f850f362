namespace VirtMigration.Inventory;

/// <summary>Why a VM is in its state, as far as the product decides on it; everything else is <see cref="Other"/>.</summary>
public enum VmStateReason
{
    /// <summary>A reason that no decision rests on.</summary>
    Other,

    /// <summary>Paused by its user.</summary>
    PausedByUser,

    /// <summary>Paused by a migration: on the source for the switchover, on the destination while memory comes in.</summary>
    Migration,

    /// <summary>Paused on the source because the destination runs it in post-copy.</summary>
    PostCopy,

    /// <summary>Post-copy broke: each host holds a part of the memory.</summary>
    PostCopyFailed,

    /// <summary>Running on the destination while post-copy is still bringing memory.</summary>
    RunningInPostCopy,

    /// <summary>Being started: on a destination, just before memory comes in.</summary>
    StartingUp,

    /// <summary>Paused on an I/O error.</summary>
    IoError,

    /// <summary>Running again on the source because its migration was cancelled.</summary>
    MigrationCancelled,

    /// <summary>Running because it was migrated here, or shut off because it was migrated away.</summary>
    Migrated,

    /// <summary>The guest crashed.</summary>
    Crashed,
}
