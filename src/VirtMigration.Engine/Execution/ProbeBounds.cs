namespace VirtMigration.Execution;

/// <summary>How long a probe is waited for. It takes about a second where all is well.</summary>
public sealed record ProbeBounds
{
    /// <summary>For the move: longer than the 20 s after which a daemon takes a silent peer for dead.</summary>
    public TimeSpan Move { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For each step of the end: that the move stops after its abort, and that a host has ended the probe and says that it is
    /// gone.</summary>
    public TimeSpan End { get; init; } = TimeSpan.FromSeconds(5);
}
