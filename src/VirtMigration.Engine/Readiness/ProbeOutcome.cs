namespace VirtMigration.Readiness;

/// <summary>What became of a VM that was sent to try the way between two hosts.</summary>
public enum ProbeOutcome
{
    /// <summary>It arrived.</summary>
    Moved,

    /// <summary>It did not.</summary>
    Failed,

    /// <summary>It could not be sent: of the way nothing is known.</summary>
    NotStarted,
}
