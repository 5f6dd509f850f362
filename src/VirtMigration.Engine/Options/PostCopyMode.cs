namespace VirtMigration.Options;

/// <summary>What a migration has to do with post-copy.</summary>
public enum PostCopyMode
{
    /// <summary>It cannot switch to it.</summary>
    Off,

    /// <summary>It can be switched to it by hand; nothing does so by itself. Costs nothing in pre-copy, but excludes what post-copy
    /// excludes.</summary>
    Armed,

    /// <summary>The policy's schedule switches to it.</summary>
    Scheduled,
}
