namespace VirtMigration.Execution;

/// <summary>What a run showed of one setting, beside what was asked.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Asked">What was asked for.</param>
/// <param name="Planned">What the plan took.</param>
/// <param name="Seen">What was seen; null: nobody told.</param>
public sealed record SettingMeasurement(string Setting, string Asked, string Planned, string? Seen)
{
    /// <summary>In words: <c>Bandwidth: asked Link, planned 1 Gbps, seen at most 941 Mbps, on average 900 Mbps</c>.</summary>
    public override string ToString() => $"{Setting}: asked {Asked}, planned {Planned}, seen {Seen ?? "not known"}";
}
