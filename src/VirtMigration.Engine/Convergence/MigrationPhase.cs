namespace VirtMigration.Convergence;

/// <summary>Where a migration is.</summary>
public enum MigrationPhase
{
    /// <summary>The destination is being prepared; no memory was sent.</summary>
    Preparing,

    /// <summary>The guest runs on the source and its memory is sent.</summary>
    PreCopy,

    /// <summary>The guest runs on the destination and its memory follows.</summary>
    PostCopy,

    /// <summary>It ended.</summary>
    Ended,

    /// <summary>It has not begun: it waits in the queue of the shell that was asked for it.</summary>
    Queued,

    /// <summary>It broke in post-copy: each host holds a part of the memory, and both are needed.</summary>
    Broken,
}
