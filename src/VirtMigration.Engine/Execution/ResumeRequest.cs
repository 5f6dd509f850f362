namespace VirtMigration.Execution;

/// <summary>What an operator states for a recovery.</summary>
public sealed record ResumeRequest
{
    /// <summary>Also where a host's libvirt is known to crash over it.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the definition stays on the source; null: as the migration was started, or, where that is not known, that it
    /// does not.</summary>
    public bool? KeepSourceDefinition { get; init; }
}
