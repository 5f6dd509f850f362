using VirtMigration.Units;

namespace VirtMigration.Readiness;

/// <summary>A VM of the product's own that was sent from one host to another to try the way.</summary>
public sealed record HostProbe
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What became of it.</summary>
    public required ProbeOutcome Outcome { get; init; }

    /// <summary>Where it was stopped.</summary>
    public ProbeObstacle Obstacle { get; init; }

    /// <summary>How long the move took, or how long it was waited for.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>What was sent of its memory; null: the hosts do not tell.</summary>
    public ByteSize? Sent { get; init; }

    /// <summary>The rate it was sent at. A probe is far too small to say what the link carries; null: the hosts do not tell.</summary>
    public Bandwidth? Rate { get; init; }

    /// <summary>Whether memory was to go encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>Its machine type; null: the source's default.</summary>
    public string? MachineType { get; init; }

    /// <summary>How the source's daemon was to reach the destination's.</summary>
    public string? PeerUri { get; init; }

    /// <summary>Where memory was sent to; null: the destination's own choice.</summary>
    public string? MigrationUri { get; init; }

    /// <summary>Why it did not arrive, or could not be sent, mostly in the hypervisor's words; null: it arrived.</summary>
    public string? Error { get; init; }

    /// <summary>The hosts on which it may still be: it could not be ended there, or they did not say.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>In words: <c>moved in 560 ms</c>.</summary>
    public override string ToString() => Outcome switch
    {
        ProbeOutcome.Moved => $"moved in {DurationText.Format(Time)}",
        ProbeOutcome.Failed => $"failed after {DurationText.Format(Time)}",
        _ => "not started",
    };
}
